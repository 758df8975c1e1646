"""Special prices (ship and debit): a partner sells at a price that its own cost does not allow, and is made whole for what it sold so.
Written by one person, approved by another, and then as it is until it is withdrawn."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import PLANNED, Code, Currency, HappenedOn, Money, Name, Quantity, Wrong, happened_on, planned_on
from msgspec import Meta, Struct, convert
from msgspec.structs import replace

from incentives.domain.days import in_order
from incentives.domain.plan.commands import By
from incentives.domain.withdrawn import refuse_withdrawn

AgreementId: TypeAlias = Annotated[Code, Meta(description="For ever.", examples=["sd-2026-17"])]


class SupportedItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For each of at most ``units`` that it sells, the partner may claim what ``price`` is above ``rate``."""

    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    price: Annotated[Money, Meta(description="What the partner pays for a unit: its cost, or the book price.", examples=["3.50"])]
    rate: Annotated[Money, Meta(description="What a unit shall come to for it, by this agreement.", examples=["2.90"])]
    units: Quantity


class SupportTerms(Struct, frozen=True, kw_only=True):
    """``first`` and ``last`` are days of sales."""

    partner_id: Annotated[Code, Meta(examples=["p-1001"])]
    customer: Annotated[Name, Meta(description="For whom the price is.", examples=["City school board"])]
    currency: Currency
    first: Annotated[date, PLANNED, Meta(examples=["2026-03-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-05-31"])]
    items: Annotated[tuple[SupportedItem, ...], Meta(min_length=1, max_length=1000)]

    def item(self, sku: str) -> SupportedItem | None:
        return next((one for one in self.items if one.sku == sku), None)


@event("support_agreed")
class SupportAgreed(Struct, frozen=True, kw_only=True):
    """The draft of an agreement."""

    agreement_id: str
    terms: SupportTerms
    by: str
    occurred_on: date


@event("support_approved")
class SupportApproved(Struct, frozen=True, kw_only=True):
    agreement_id: str
    by: str
    occurred_on: date


@event("support_withdrawn")
class SupportWithdrawn(Struct, frozen=True, kw_only=True):
    """It was wrong: nothing more is claimed or approved by it. What was approved is owed."""

    agreement_id: str
    reason: str
    by: str
    occurred_on: date


@command("agree_support", stream="support_agreement/{agreement_id}")
class AgreeSupport(SupportTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft, or another one while nobody approved it. The same again changes nothing."""

    agreement_id: AgreementId
    by: By = None
    on: HappenedOn = None

    def __post_init__(self) -> None:
        if any(one.rate >= one.price for one in self.items) or len({one.sku for one in self.items}) < len(self.items):
            raise Wrong("each product is named once, with a rate below its price", "每个产品只能出现一次，且 rate 须低于 price")


@command("approve_support", stream="support_agreement/{agreement_id}")
class ApproveSupport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By somebody who did not write it; from then on it may be claimed by."""

    agreement_id: AgreementId
    by: By = None
    on: HappenedOn = None


@command("withdraw_support", stream="support_agreement/{agreement_id}")
class WithdrawSupport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was wrong, approved or not: from now on nothing is claimed or approved by it, and it does not come back. What was approved is
    owed. The same again changes nothing."""

    agreement_id: AgreementId
    reason: Annotated[Name, Meta(examples=["it names another customer"])]
    by: By = None
    on: HappenedOn = None


class SupportAgreement(Struct, frozen=True, kw_only=True):
    terms: SupportTerms | None = None
    writers: tuple[str, ...] = ()
    approved: bool = False
    withdrawn_on: date | None = None


AgreementCommand: TypeAlias = AgreeSupport | ApproveSupport | WithdrawSupport
AgreementEvent: TypeAlias = SupportAgreed | SupportApproved | SupportWithdrawn


def decide(command: AgreementCommand, agreement: SupportAgreement, known: Known) -> Iterator[AgreementEvent]:
    c, by = command, command.by or ""
    if isinstance(c, AgreeSupport):
        terms = convert(c, SupportTerms, from_attributes=True)
        if terms == agreement.terms:
            return
        refuse_withdrawn(c.agreement_id, agreement.withdrawn_on)
        if agreement.approved:
            raise Rejected("support_agreement_fixed", agreement_id=c.agreement_id)
        for day in (c.first, c.last):
            planned_on(day, known)
        in_order(c.first, c.last)
        yield tell(SupportAgreed, c, terms=terms, by=by, occurred_on=happened_on(c.on, known))
        return
    if agreement.terms is None:
        raise Rejected("support_agreement_unknown", agreement_id=c.agreement_id)
    if isinstance(c, WithdrawSupport):
        if agreement.withdrawn_on is None:
            yield tell(SupportWithdrawn, c, by=by, occurred_on=happened_on(c.on, known))
    elif not agreement.approved:
        refuse_withdrawn(c.agreement_id, agreement.withdrawn_on)
        if by in agreement.writers:
            raise Rejected("support_four_eyes", by=by)
        yield tell(SupportApproved, c, by=by, occurred_on=happened_on(c.on, known))


def evolve(agreement: SupportAgreement, event: AgreementEvent) -> SupportAgreement:
    if isinstance(event, SupportApproved):
        return replace(agreement, approved=True)
    if isinstance(event, SupportWithdrawn):
        return replace(agreement, withdrawn_on=event.occurred_on)
    return replace(agreement, terms=event.terms, writers=tuple(dict.fromkeys([*agreement.writers, event.by])))


SUPPORT_AGREEMENT: Decider[AgreementCommand, SupportAgreement, AgreementEvent] = Decider(
    "support_agreement",
    initial=SupportAgreement(),
    decide=decide,
    evolve=evolve,
    events=[SupportAgreed, SupportApproved, SupportWithdrawn],
)
