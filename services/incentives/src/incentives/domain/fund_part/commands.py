"""What may be asked of a partner's part of a fund."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from channel_events.pure import command
from channel_terms import HAPPENED, PLANNED, Code, HappenedOn, Name, Reference
from msgspec import Meta, Struct

from incentives.domain.fund.words import ClaimId, FundId, FundTerms, RequestId
from incentives.domain.plan.commands import By
from incentives.domain.words import Least

_STREAM = "fund_part/{fund_id}/{partner_id}"


class ProofFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that shows what was done or paid, by its name and the SHA-256 of its bytes: the partner's, put here before it is named."""

    name: Annotated[Name, Meta(examples=["invoice-17.pdf"])]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])]


class _OfPart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fund_id: FundId
    partner_id: Annotated[Code, Meta(examples=["p-1001"])]
    by: By = None
    on: HappenedOn = None


class _OfRequest(_OfPart, frozen=True, kw_only=True):
    request_id: RequestId


class _OfClaim(_OfRequest, frozen=True, kw_only=True):
    claim_id: ClaimId


@command("request_fund", stream=_STREAM)
class RequestFund(_OfRequest, frozen=True, kw_only=True):
    """Money for an activity that is planned. The same again changes nothing; other facts under its number are refused."""

    activity: Annotated[Code, Meta(description="What kind it is, as the fund's terms name it.", examples=["trade_fair"])]
    title: Annotated[Name, Meta(examples=["Stand at the spring fair"])]
    starts: Annotated[date, PLANNED, Meta(examples=["2026-04-10"])]
    ends: Annotated[date, PLANNED, Meta(examples=["2026-04-12"])]
    amount: Annotated[Least, Meta(description="More than 0.", examples=["8000.00"])]


@command("approve_fund_request", stream=_STREAM)
class ApproveFundRequest(_OfRequest, frozen=True, kw_only=True):
    """Commits the amount, or less of it; never more than is available. By somebody other than who asked."""

    amount: Annotated[Annotated[Least, Meta(examples=["8000.00"])] | None, Meta(description="What was asked for when left out.")] = None


@command("deny_fund_request", stream=_STREAM)
class DenyFundRequest(_OfRequest, frozen=True, kw_only=True):
    """It is not paid for."""

    reason: Annotated[Name, Meta(examples=["not among the goals of this year"])]


@command("end_fund_request", stream=_STREAM)
class EndFundRequest(_OfRequest, frozen=True, kw_only=True):
    """It is withdrawn, or nothing more will be claimed: what is left of it is available again. Claims that wait go on."""

    reason: Annotated[Name, Meta(examples=["the fair does not take place"])]


@command("report_activity", stream=_STREAM)
class ReportActivity(_OfRequest, frozen=True, kw_only=True):
    """The activity took place; only then what it cost may be claimed."""

    held_on: Annotated[date, HAPPENED, Meta(examples=["2026-04-10"])]
    report: Annotated[Name, Meta(examples=["140 visitors, 23 leads"])]


@command("submit_claim", stream=_STREAM)
class SubmitClaim(_OfClaim, frozen=True, kw_only=True):
    """A part of what was promised, with proofs. All claims of a request together never come to more than was promised, and each to no
    more than the fund's share of what it cost. The proofs are files of the partner that are kept here. The same again changes nothing."""

    cost: Annotated[Least, Meta(description="What was paid to others.", examples=["6000.00"])]
    amount: Annotated[Least, Meta(description="What is claimed of it.", examples=["3000.00"])]
    proofs: Annotated[tuple[ProofFile, ...], Meta(min_length=1, max_length=50)]
    orders: Annotated[
        Annotated[tuple[Code, ...], Meta(max_length=1000)],
        Meta(description="Orders of the partner that were won by it.", examples=[["shop:1001"]]),
    ] = ()


@command("approve_claim", stream=_STREAM)
class ApproveClaim(_OfClaim, frozen=True, kw_only=True):
    """The amount, or less of it, is owed. By somebody other than who claimed it."""

    amount: Annotated[Annotated[Least, Meta(examples=["3000.00"])] | None, Meta(description="What was claimed when left out.")] = None


@command("deny_claim", stream=_STREAM)
class DenyClaim(_OfClaim, frozen=True, kw_only=True):
    """Its amount may be claimed again, by another claim."""

    reason: Annotated[Name, Meta(examples=["the invoice is not readable"])]


@command("withdraw_claim", stream=_STREAM)
class WithdrawClaim(_OfClaim, frozen=True, kw_only=True):
    """While nobody approved it."""

    reason: Annotated[Name, Meta(examples=["billed to another fund"])]


@command("pay_claim", stream=_STREAM)
class PayClaim(_OfClaim, frozen=True, kw_only=True):
    """What was approved was paid, once. By somebody other than who claimed it and who approved it."""

    reference: Annotated[Reference, Meta(description="Of the payment, at the bank.", examples=["2026-0815"])]


class OpenPart(Struct, frozen=True, kw_only=True):
    """By an allocation, the first of which brings the fund's terms."""

    fund_id: str
    partner_id: str
    terms: FundTerms
    amount: Decimal
    reference: str
    by: str
    on: date
    carried_from: str | None = None


class ExpirePart(Struct, frozen=True, kw_only=True):
    """The time of requests is over, and that of claims, if it is. ``into``: the fund in which some of it goes on, where there is one."""

    fund_id: str
    partner_id: str
    into: str | None


PartCommand: TypeAlias = (
    RequestFund
    | ApproveFundRequest
    | DenyFundRequest
    | EndFundRequest
    | ReportActivity
    | SubmitClaim
    | ApproveClaim
    | DenyClaim
    | WithdrawClaim
    | PayClaim
    | OpenPart
    | ExpirePart
)
