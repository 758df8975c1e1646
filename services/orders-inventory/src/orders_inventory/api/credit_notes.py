"""Credit notes: goods that came back though their sale is not here, and corrections of money only."""

from datetime import date
from typing import Annotated, TypeVar

import sqlalchemy as sa
from channel_events import Log, Rejected
from channel_service import (
    BRAND,
    Allow,
    Amount,
    Caller,
    Commands,
    Listing,
    LogDep,
    Principal,
    Role,
    RuntimeDep,
    list_route,
    same,
    set_etag,
)
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from orders_inventory.api.models import Sku, by_number, on_days
from orders_inventory.application.crediting import correcting, find_credit, returning_goods
from orders_inventory.domain.credit import AmountCorrected, CorrectAmount, GoodsReturned, Note, ReturnGoods
from orders_inventory.views.credits import CREDITS, TABLE, Kind

router = APIRouter(tags=["credits"], dependencies=[Allow(*BRAND, Role.PARTNER)])
CreditId = Annotated[str, Path(description="source:external_id", max_length=203, examples=["erp:CN-17"])]


class _Header(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    credit_id: str = Field(examples=["erp:CN-17"])
    source: str = Field(examples=["erp"])
    external_id: str = Field(examples=["CN-17"])
    partner_id: str = Field(examples=["p-1001"])
    channel_type: str = Field(description="Of the partner when the note was taken, like segment and territory.", examples=["retailer"])
    segment: str | None
    territory: str = Field(examples=["CN-E"])
    sales_rep: str | None
    currency: str = Field(examples=["CNY"])
    sale: str | None = Field(description="What the note says of the sale it belongs to.", examples=["2025-0815"])
    reason: str = Field(examples=["bought last year"])
    occurred_on: date


class CreditRow(_Header):
    """A credit note in the list."""

    kind: Kind = Field(description="Goods whose sale is not here, or money only.")
    warehouse: str | None = Field(description="Where the goods lie again.")
    sku: str | None = Field(description="The product that a correction is about.")
    lines: int
    units: int
    amount: Amount = Field(description="By how much it lowers what was sold; a debit note's is negative.")
    event_id: str = Field(description="``/v1/events/{id}`` shows the note.", examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])


class GoodsLineOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line_id: str = Field(examples=["1"])
    sku: Sku
    quantity: int
    unit_price: Amount
    discount: Amount


class GoodsOut(_Header):
    """Goods that came back without their sale."""

    warehouse: str | None = Field(examples=["sh"])
    lines: list[GoodsLineOut]


class CorrectionOut(_Header):
    """A correction of money only."""

    note: Note
    amount: Amount
    sku: str | None


_TAKE = [Role.CHANNEL_MANAGER, Role.OPS]
commands = Commands(router)
commands.post(
    "/v1/goods-returns", ReturnGoods, use=returning_goods, allow=_TAKE, created=True, summary="Take goods back whose sale is not here"
)
commands.post("/v1/amount-corrections", CorrectAmount, use=correcting, allow=_TAKE, created=True, summary="Correct money only")


Said = TypeVar("Said", GoodsReturned, AmountCorrected)


async def _found(kind: type[Said], credit_id: str, log: Log, runtime: RuntimeDep, caller: Principal, response: Response) -> Said:
    """What was taken under the number; what the caller may not see is not there."""
    taken, tag = await find_credit(log, credit_id, kind)
    if not await runtime.sees(caller, taken.partner_id):
        raise Rejected("credit_unknown", credit_id=credit_id)
    set_etag(response, tag)
    return taken


@router.get("/v1/goods-returns/{credit_id}", summary="One return without its sale")
async def get_goods(credit_id: CreditId, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response) -> GoodsOut:
    """Always current."""
    return GoodsOut.model_validate(await _found(GoodsReturned, credit_id, log, runtime, caller, response))


@router.get("/v1/amount-corrections/{credit_id}", summary="One correction of money only")
async def get_correction(credit_id: CreditId, log: LogDep, runtime: RuntimeDep, caller: Caller, response: Response) -> CorrectionOut:
    """Always current."""
    return CorrectionOut.model_validate(await _found(AmountCorrected, credit_id, log, runtime, caller, response))


_c = TABLE.sql.c
CREDIT_LIST = Listing(
    CREDITS,
    sa.select(TABLE.sql),
    order=[_c.occurred_on, _c.credit_id, _c.kind],
    newest=True,
    filters=[
        by_number(TABLE, "CN-1"),
        same(_c.partner_id, Annotated[str, Field(max_length=100)]),
        same(_c.kind, Kind),
        *on_days(_c.occurred_on, "Of"),
    ],
)
list_route(router, "/v1/credits", CREDIT_LIST, CreditRow, summary="Credit notes, newest first")
