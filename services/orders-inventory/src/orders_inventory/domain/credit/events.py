"""What a credit note says, as the other services read it: each event is a fact by itself, nothing is looked up."""

from datetime import date
from decimal import Decimal
from typing import TypeAlias

from channel_events.pure import event
from msgspec import Struct

from orders_inventory.domain.credit.commands import Note
from orders_inventory.domain.order.events import OrderLine


class _Credit(Struct, frozen=True, kw_only=True, gc=False):
    """Whose note it is, as this service knew the partner when it was taken; ``sale`` is what the note says of its sale."""

    credit_id: str
    source: str
    external_id: str
    partner_id: str
    channel_type: str
    segment: str | None
    territory: str
    sales_rep: str | None
    currency: str
    sale: str | None
    reason: str
    occurred_on: date


@event("goods_returned", public=True)
class GoodsReturned(_Credit, frozen=True, kw_only=True, gc=False):
    """Units came back whose sale is not here, each line at its own price. They lie in ``warehouse`` again; null is on no stock."""

    warehouse: str | None
    lines: tuple[OrderLine, ...]


@event("amount_corrected", public=True)
class AmountCorrected(_Credit, frozen=True, kw_only=True, gc=False):
    """Money only: a ``credit`` lowers what was sold by ``amount``, a ``debit`` raises it; ``sku`` is the product it is about, if any."""

    note: Note
    amount: Decimal
    sku: str | None


CreditEvent: TypeAlias = GoodsReturned | AmountCorrected
EVENTS: tuple[type[CreditEvent], ...] = (GoodsReturned, AmountCorrected)
