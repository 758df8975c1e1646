"""Credit notes as a list: goods whose sale is not here, and corrections of money only."""

from collections.abc import Iterator
from enum import StrEnum

from channel_events import DATE, INTEGER, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Recorded

from orders_inventory.domain.credit import CREDIT, AmountCorrected, GoodsReturned, Note
from orders_inventory.views.numbered import number_index

TABLE = Table(
    "credit",
    key=("credit_id", "kind"),
    columns={
        **dict.fromkeys(("credit_id", "kind", "source", "external_id", "partner_id", "channel_type", "segment", "territory"), TEXT),
        **dict.fromkeys(("sales_rep", "currency", "warehouse", "sku", "sale", "reason", "event_id"), TEXT),
        "occurred_on": DATE,
        "lines": INTEGER,
        "units": INTEGER,
        "amount": NUMERIC,
    },
    scope="partner_id",
    indexes=[("occurred_on", "credit_id", "kind"), ("partner_id", "occurred_on", "credit_id", "kind")],
)
"""``amount``: by how much it lowers what was sold; a debit note's is negative."""


class Kind(StrEnum):
    """What a credit note says; KPIs call their facts the same."""

    GOODS = "returned_without_sale"
    MONEY = "corrected"


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case GoodsReturned() as e:
            yield TABLE.put(
                e,
                kind=Kind.GOODS.value,
                event_id=event.id,
                lines=len(e.lines),
                units=sum(line.quantity for line in e.lines),
                amount=sum(line.quantity * line.unit_price - line.discount for line in e.lines),
            )
        case AmountCorrected() as e:
            amount = e.amount if e.note is Note.CREDIT else -e.amount
            yield TABLE.put(e, kind=Kind.MONEY.value, event_id=event.id, lines=0, units=0, amount=amount)


CREDITS = View("credits", version=1, of=OwnLog(events=CREDIT.events), tables=TABLE, changes=changes)
number_index(TABLE)
