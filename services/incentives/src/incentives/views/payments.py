"""Payments received, but for those that came to nothing."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.payment import PAYMENT, Paid, PaymentReceived, PaymentTakenBack

TABLE = Table(
    "payment",
    key=("order_id", "reference"),
    columns={
        **dict.fromkeys(("order_id", "reference", "partner_id", "currency", "event_id"), TEXT),
        "amount": NUMERIC,
        "paid_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id", "order_id", "reference")],
)

TOUCHED = Table("touched_by_payment", key=("order_id",), columns={"order_id": TEXT, "changes": INTEGER}, sums=["changes"])
"""How often something was told of payments for an order."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PaymentReceived() as e:
            yield TABLE.put(e, paid_on=e.occurred_on, event_id=event.id, **searchable(e.order_id, e.reference))
            yield Add((e.order_id,), "touched_by_payment", changes=1)
        case PaymentTakenBack() as e:
            yield Delete((e.order_id, e.reference))
            yield Add((e.order_id,), "touched_by_payment", changes=1)


PAYMENTS = View("payments", version=2, of=OwnLog(events=PAYMENT.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)


async def payments_of(read: AsyncConnection, orders: Sequence[str]) -> list[Paid]:
    """Of these orders."""
    c = TABLE.sql.c
    rows = await read.execute(sa.select(TABLE.sql).where(c.order_id == sa.any_(sa.literal(list(orders), sa.ARRAY(sa.Text)))))
    return [
        Paid(event_id=row.event_id, order_id=row.order_id, currency=row.currency, amount=row.amount, paid_on=row.paid_on) for row in rows
    ]
