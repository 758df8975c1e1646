"""Partners' parts of funds as they are, with what came of their activities, and lists of all."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Caller, Code, Listing, LogDep, Role, RuntimeDep, list_route, same, set_etag
from channel_service.files import Files
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from incentives.api.funds import FundId
from incentives.application.fund_reading import files_of, find_part, won_by
from incentives.domain.fund.words import Standing
from incentives.domain.fund_part.events import Proof
from incentives.domain.fund_part.state import ClaimStatus, FundPart, Request, RequestStatus
from incentives.views.funds import CLAIM, FUNDS, PART, PARTS, REQUEST

router = APIRouter(tags=["funds"], dependencies=[Allow(*BRAND, Role.PARTNER)])
PartnerId = Annotated[Code, Path(examples=["p-1001"])]
_Text = Annotated[str, Field(min_length=1, max_length=100)]
_FUND, _PARTNER, _REQUEST = Field(examples=["mdf-2026"]), Field(examples=["p-1001"]), Field(examples=["fair-1"])


class PartRow(BaseModel):
    """A partner's part of a fund. What is not committed, owed, paid or expired of what was allocated is available."""

    fund_id: str = _FUND
    partner_id: str = _PARTNER
    currency: str = Field(examples=["CNY"])
    last: date
    claims_until: date
    allocated: Amount
    committed: Amount = Field(description="Promised to activities, and not claimed successfully yet.")
    owed: Amount = Field(description="Of claims that were approved, and are not paid yet.")
    paid: Amount
    expired: Amount
    available: Amount


class RequestRow(BaseModel):
    fund_id: str = _FUND
    partner_id: str = _PARTNER
    request_id: str = _REQUEST
    activity: str = Field(examples=["trade_fair"])
    title: str = Field(examples=["Stand at the spring fair"])
    starts: date
    ends: date
    held_on: date | None = Field(description="When it took place, once that was reported.")
    status: RequestStatus
    amount: Amount = Field(description="What was asked for.")
    approved: Amount | None
    requested_by: str = Field(examples=["ann"])
    approved_by: str | None
    changed_on: date


class ClaimRow(BaseModel):
    fund_id: str = _FUND
    partner_id: str = _PARTNER
    request_id: str = _REQUEST
    claim_id: str = Field(examples=["stand"])
    status: ClaimStatus
    cost: Amount
    amount: Amount = Field(description="What was claimed.")
    approved: Amount | None = Field(description="What of it is owed, or paid.")
    submitted_by: str = Field(examples=["ann"])
    approved_by: str | None
    reference: str | None = Field(description="Of its payment, at the bank.")
    changed_on: date


class ProofOut(BaseModel):
    """``kept``: ``/v1/partners/{partner_id}/files/{sha256}`` gives it out. One that is not was brought in from elsewhere, or erased."""

    name: str = Field(examples=["invoice-17.pdf"])
    sha256: str = Field(examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])
    kept: bool
    claims: int = Field(description="How many name this file: where it is more than one, what it cost may be claimed twice.", examples=[1])
    size: int | None = Field(description="In bytes, of one that is kept.", examples=[48_213])
    media_type: str | None = Field(examples=["application/pdf"])

    @classmethod
    def of(cls, told: Proof, files: Files) -> "ProofOut":
        file = files.kept(told.sha256)
        size, media_type = (None, None) if file is None else (file.size, file.media_type)
        return cls(
            name=told.name, sha256=told.sha256, kept=file is not None, claims=files.names(told.sha256), size=size, media_type=media_type
        )


class ClaimOut(BaseModel):
    claim_id: str = Field(examples=["stand"])
    status: ClaimStatus
    cost: Amount
    amount: Amount
    approved: Amount
    proofs: list[ProofOut]
    orders: list[str] = Field(examples=[["shop:1001"]])
    reason: str | None = Field(description="Why it was denied or withdrawn.")


class RequestOut(BaseModel):
    request_id: str = _REQUEST
    activity: str = Field(examples=["trade_fair"])
    title: str = Field(examples=["Stand at the spring fair"])
    status: RequestStatus
    amount: Amount
    approved: Amount
    held_on: date | None
    report: str | None
    reason: str | None = Field(description="Why it was denied, or ended.")
    claims: list[ClaimOut]

    @classmethod
    def of(cls, request_id: str, request: Request, files: Files) -> "RequestOut":
        told, held = request.told, request.held
        claims = [
            ClaimOut(
                claim_id=name,
                status=one.status,
                cost=one.told.cost,
                amount=one.told.amount,
                approved=one.approved,
                proofs=[ProofOut.of(proof, files) for proof in one.told.proofs],
                orders=list(one.told.orders),
                reason=one.reason,
            )
            for name, one in request.claims.items()
        ]
        return cls(
            request_id=request_id,
            activity=told.activity,
            title=told.title,
            status=request.status,
            amount=told.amount,
            approved=request.approved,
            held_on=None if held is None else held.held_on,
            report=None if held is None else held.report,
            reason=request.reason,
            claims=claims,
        )


class StandingOut(BaseModel):
    allocated: Amount
    committed: Amount
    owed: Amount
    paid: Amount
    expired: Amount
    available: Amount

    @classmethod
    def of(cls, standing: Standing) -> "StandingOut":
        return cls(**{name: getattr(standing, name) for name in cls.model_fields})


class PartOut(BaseModel):
    """A partner's part of a fund, whole."""

    fund_id: str = _FUND
    partner_id: str = _PARTNER
    currency: str = Field(examples=["CNY"])
    last: date
    claims_until: date
    standing: StandingOut
    requests: list[RequestOut]


class WonOrder(BaseModel):
    order_id: str = Field(examples=["shop:1001"])
    net: Amount = Field(description="What was ordered, less what was cancelled or came back.")


class RoiOut(BaseModel):
    """What an activity cost the fund, and what the orders that its claims name come to."""

    request_id: str = _REQUEST
    currency: str = Field(examples=["CNY"])
    spent: Amount = Field(description="Owed and paid.")
    won: Amount
    ratio: Amount | None = Field(description="Won for each unit of what was spent, to four digits; nothing where nothing was spent.")
    orders: list[WonOrder]
    elsewhere: list[str] = Field(
        examples=[[]], description="Orders that do not count: not here, another partner's, or in another currency."
    )


async def _part(fund_id: str, partner_id: str, log: LogDep, runtime: RuntimeDep, caller: Caller) -> tuple[FundPart, str | None]:
    if caller.scope is not None and not await runtime.sees(caller, partner_id):
        raise Rejected("fund_part_unknown", fund_id=fund_id, partner_id=partner_id)
    return await find_part(log, fund_id, partner_id)


@router.get("/v1/funds/{fund_id}/parts/{partner_id}", summary="A partner's part of a fund")
async def get_fund_part(
    fund_id: FundId, partner_id: PartnerId, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response
) -> PartOut:
    """Always current."""
    part, tag = await _part(fund_id, partner_id, log, runtime, caller)
    set_etag(response, tag)
    terms: Any = part.terms
    files = await files_of(log, partner_id)
    return PartOut(
        fund_id=fund_id,
        partner_id=partner_id,
        currency=terms.currency,
        last=terms.last,
        claims_until=terms.claims_until,
        standing=StandingOut.of(part.standing),
        requests=[RequestOut.of(name, one, files) for name, one in part.requests.items()],
    )


@router.get("/v1/funds/{fund_id}/parts/{partner_id}/requests/{request_id}/roi", summary="What an activity cost, and what it won")
async def get_fund_roi(
    fund_id: FundId,
    partner_id: PartnerId,
    request_id: Annotated[Code, Path(examples=["fair-1"])],
    log: LogDep,
    runtime: RuntimeDep,
    caller: Caller,
) -> RoiOut:
    """Of the orders as they are known here, a moment behind orders-inventory."""
    part, _ = await _part(fund_id, partner_id, log, runtime, caller)
    found = await won_by(runtime.reading(caller.scope), part, partner_id, request_id)
    return RoiOut(
        request_id=request_id,
        currency=found.currency,
        spent=found.spent,
        won=found.won,
        ratio=found.ratio,
        orders=[WonOrder(order_id=name, net=net) for name, net in found.orders.items()],
        elsewhere=found.elsewhere,
    )


_p, _r, _c = (one.sql.c for one in (PART, REQUEST, CLAIM))
PART_LIST = Listing(FUNDS, PARTS, order=[_p.part_id], filters=[same(_p.fund_id, _Text), same(_p.partner_id, _Text)], search=PART)
list_route(router, "/v1/fund-parts", PART_LIST, PartRow, summary="Partners' parts of funds")
REQUEST_LIST = Listing(
    FUNDS,
    sa.select(REQUEST.sql),
    order=[_r.fund_id, _r.partner_id, _r.request_id],
    filters=[same(_r.fund_id, _Text), same(_r.partner_id, _Text), same(_r.status, RequestStatus)],
    search=REQUEST,
)
list_route(router, "/v1/fund-requests", REQUEST_LIST, RequestRow, summary="Requests to funds")
CLAIM_LIST = Listing(
    FUNDS,
    sa.select(CLAIM.sql),
    order=[_c.fund_id, _c.partner_id, _c.request_id, _c.claim_id],
    filters=[same(_c.fund_id, _Text), same(_c.partner_id, _Text), same(_c.status, ClaimStatus)],
    search=CLAIM,
)
list_route(router, "/v1/fund-claims", CLAIM_LIST, ClaimRow, summary="Claims to funds")
