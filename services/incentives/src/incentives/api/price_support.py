"""Special prices, prices that fell, stock that is given back: what is agreed, and the claims by it."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from channel_events import Rejected
from channel_service import BRAND, Allow, Amount, Caller, Code, Commands, Listing, LogDep, Role, RuntimeDep, list_route, same, set_etag
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from incentives.api.as_caller import by_caller, by_itself
from incentives.application.price_support import approving, denying, for_returns, for_sales, for_stock
from incentives.application.price_support_reading import find_support_claim
from incentives.domain.price_protection import OpenPriceProtection, WithdrawPriceProtection
from incentives.domain.stock_rotation import OpenStockRotation, WithdrawStockRotation
from incentives.domain.support_agreement import AgreeSupport, ApproveSupport, WithdrawSupport
from incentives.domain.support_claim.commands import (
    ApproveSupportClaim,
    ClaimPriceProtection,
    ClaimShipAndDebit,
    ClaimStockRotation,
    CreditSupportClaim,
    DenySupportClaim,
)
from incentives.domain.support_claim.decide import SupportStatus
from incentives.domain.support_claim.events import SupportKind
from incentives.views.price_support import AGREEMENT, CLAIM, PRICE_SUPPORT, PROTECTION, ROTATION

router = APIRouter(tags=["price support"], dependencies=[Allow(*BRAND, Role.PARTNER)])
_FINANCE, _MANAGE = [Role.FINANCE], [Role.CHANNEL_MANAGER, Role.FINANCE]
_Text = Annotated[str, Field(min_length=1, max_length=100)]

commands = Commands(router)
_made: dict[str, Any] = {"by_caller": by_caller, "created": True}
commands.put("/v1/support-agreements/{agreement_id}", AgreeSupport, allow=_MANAGE, **_made, summary="Write a special price")
commands.post(
    "/v1/support-agreements/{agreement_id}/approve", ApproveSupport, by_caller=by_caller, allow=_FINANCE, summary="Approve a special price"
)
commands.put(
    "/v1/price-protections/{protection_id}", OpenPriceProtection, allow=_MANAGE, **_made, summary="Protect stock of a price that falls"
)
commands.put("/v1/stock-rotations/{rotation_id}", OpenStockRotation, allow=_FINANCE, **_made, summary="Open a stock rotation")
for _path, _command, _who, _summary in (
    ("support-agreements/{agreement_id}", WithdrawSupport, _FINANCE, "Withdraw a special price that was wrong"),
    ("price-protections/{protection_id}", WithdrawPriceProtection, _MANAGE, "Withdraw a protection that was wrong"),
    ("stock-rotations/{rotation_id}", WithdrawStockRotation, _FINANCE, "Withdraw a stock rotation that was wrong"),
):
    commands.post(f"/v1/{_path}/withdraw", _command, by_caller=by_caller, allow=_who, summary=_summary)
_own: dict[str, Any] = {"by_caller": by_itself, "allow": [*_MANAGE, Role.PARTNER], "created": True}
_CLAIMS = "/v1/support-claims"
commands.put(_CLAIMS + "/ship-and-debit/{claim_id}", ClaimShipAndDebit, use=for_sales, **_own, summary="Claim for sales at a special price")
commands.put(
    _CLAIMS + "/price-protection/{claim_id}", ClaimPriceProtection, use=for_stock, **_own, summary="Claim for stock when a price fell"
)
commands.put(_CLAIMS + "/stock-rotation/{claim_id}", ClaimStockRotation, use=for_returns, **_own, summary="Claim to give stock back")
_decide: dict[str, Any] = {"by_caller": by_caller, "allow": _FINANCE}
commands.post(_CLAIMS + "/{claim_id}/approve", ApproveSupportClaim, use=approving, **_decide, summary="Approve a claim")
commands.post(_CLAIMS + "/{claim_id}/deny", DenySupportClaim, use=denying, **_decide, summary="Deny a claim")
commands.post(_CLAIMS + "/{claim_id}/credit", CreditSupportClaim, **_decide, summary="Say that it was credited")


class AgreementRow(BaseModel):
    agreement_id: str = Field(examples=["sd-2026-17"])
    partner_id: str = Field(examples=["p-1001"])
    customer: str = Field(examples=["City school board"])
    currency: str = Field(examples=["CNY"])
    first: date
    last: date
    approved: bool
    withdrawn_on: date | None = Field(description="From then on nothing is claimed by it.")
    changed_on: date


class PriceProtectionRow(BaseModel):
    protection_id: str = Field(examples=["PEN-01-2026-06"])
    sku: str = Field(examples=["PEN-01"])
    currency: str = Field(examples=["CNY"])
    changed_on: date
    before: Amount
    after: Amount
    bought_within: int | None = Field(description="Days before the change; any when there is none.")
    withdrawn_on: date | None


class RotationRow(BaseModel):
    rotation_id: str = Field(examples=["2026-Q1"])
    currency: str = Field(examples=["CNY"])
    share: Amount
    bought_from: date
    bought_until: date
    first: date
    last: date
    withdrawn_on: date | None


class SupportClaimRow(BaseModel):
    claim_id: str = Field(examples=["sc-1"])
    partner_id: str = Field(examples=["p-1001"])
    kind: SupportKind
    subject: str = Field(examples=["sd-2026-17"], description="The agreement, the protection of a price, the stock rotation.")
    currency: str = Field(examples=["CNY"])
    amount: Amount
    status: SupportStatus
    reference: str | None = Field(description="Of the credit note.")
    occurred_on: date
    changed_on: date


class _Of(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ClaimedLineOut(_Of):
    """``amount`` is what ``price`` is above ``rate``, for each unit."""

    sku: str = Field(examples=["PEN-01"])
    quantity: int
    price: Amount
    rate: Amount
    amount: Amount
    reference: str | None = Field(examples=["INV-88/1"])
    sold_on: date | None


class TakenLimitOut(_Of):
    """Of ``most`` that there was of it, the claim takes ``amount``."""

    limit: str = Field(examples=["agreed/sd-2026-17/PEN-01"])
    amount: Amount
    most: Amount


class SupportClaimOut(BaseModel):
    """A claim with its lines, and the limits that it was within."""

    claim_id: str = Field(examples=["sc-1"])
    partner_id: str = Field(examples=["p-1001"])
    kind: SupportKind
    subject: str = Field(examples=["sd-2026-17"])
    currency: str = Field(examples=["CNY"])
    amount: Amount
    status: SupportStatus
    reason: str | None = Field(description="Why it was denied.")
    lines: list[ClaimedLineOut]
    limits: list[TakenLimitOut]


@router.get("/v1/support-claims/{claim_id}", summary="One claim")
async def get_support_claim(
    claim_id: Annotated[Code, Path(examples=["sc-1"])], log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response
) -> SupportClaimOut:
    """Always current."""
    claim, tag = await find_support_claim(log, claim_id)
    told = claim.told
    if told is None or (caller.scope is not None and not await runtime.sees(caller, told.partner_id)):
        raise Rejected("support_claim_unknown", claim_id=claim_id)
    set_etag(response, tag)
    return SupportClaimOut(
        claim_id=claim_id,
        partner_id=told.partner_id,
        kind=told.kind,
        subject=told.subject,
        currency=told.currency,
        amount=told.amount,
        status=claim.status,
        reason=claim.reason,
        lines=[ClaimedLineOut.model_validate(one) for one in told.lines],
        limits=[TakenLimitOut.model_validate(one) for one in told.limits],
    )


_a, _p, _r, _c = (one.sql.c for one in (AGREEMENT, PROTECTION, ROTATION, CLAIM))
AGREEMENT_LIST = Listing(
    PRICE_SUPPORT, sa.select(AGREEMENT.sql), order=[_a.agreement_id], filters=[same(_a.partner_id, _Text)], search=AGREEMENT
)
list_route(router, "/v1/support-agreements", AGREEMENT_LIST, AgreementRow, summary="Special prices")
PROTECTION_LIST = Listing(
    PRICE_SUPPORT, sa.select(PROTECTION.sql), order=[_p.protection_id], filters=[same(_p.sku, _Text)], search=PROTECTION
)
list_route(router, "/v1/price-protections", PROTECTION_LIST, PriceProtectionRow, summary="Protections of prices")
ROTATION_LIST = Listing(PRICE_SUPPORT, sa.select(ROTATION.sql), order=[_r.rotation_id], search=ROTATION)
list_route(router, "/v1/stock-rotations", ROTATION_LIST, RotationRow, summary="Stock rotations")
CLAIM_LIST = Listing(
    PRICE_SUPPORT,
    sa.select(CLAIM.sql),
    order=[_c.claim_id],
    filters=[same(_c.partner_id, _Text), same(_c.subject, _Text), same(_c.kind, SupportKind), same(_c.status, SupportStatus)],
    search=CLAIM,
)
list_route(router, "/v1/support-claims", CLAIM_LIST, SupportClaimRow, summary="Claims for the support of prices")
