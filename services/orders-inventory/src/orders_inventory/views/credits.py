"""Credit notes as a list: goods whose sale is not here, and corrections of money only."""

import operator
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, TEXT, OwnLog, Table, View
from channel_events.pure import Change, Put, Recorded

from orders_inventory.domain.credit import CREDIT, AmountCorrected, GoodsReturned, Note
from orders_inventory.views.numbered import number_index, numbered

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


_SAME = ("source", "external_id", "partner_id", "channel_type", "segment", "territory", "sales_rep", "currency", "sale", "reason")


def changes(event: Recorded) -> Iterator[Change]:
    e = event.data
    said = {name: getattr(e, name) for name in (*_SAME, "occurred_on")} | {"event_id": event.id}
    match e:
        case GoodsReturned():
            yield Put(
                (e.credit_id, Kind.GOODS.value),
                **said,
                warehouse=e.warehouse,
                lines=len(e.lines),
                units=sum(line.quantity for line in e.lines),
                amount=sum(line.quantity * line.unit_price - line.discount for line in e.lines),
            )
        case AmountCorrected():
            amount = e.amount if e.note is Note.CREDIT else -e.amount
            yield Put((e.credit_id, Kind.MONEY.value), **said, sku=e.sku, lines=0, units=0, amount=amount)


CREDITS = View("credits", version=1, of=OwnLog(events=CREDIT.events), tables=TABLE, changes=changes)
number_index(TABLE)

NEWEST_FIRST = tuple(TABLE.sql.c[name] for name in ("occurred_on", "credit_id", "kind"))
"""What the list is ordered by, descending."""


class Wanted(NamedTuple):
    """Which credit notes of the list; ``None`` is any. ``from_`` and ``to`` are business dates, both included. ``q`` is the beginning of
    a note's number, or its source and that: ``erp:CN``.
    """

    q: str | None = None
    partner_id: str | None = None
    kind: Kind | None = None
    from_: date | None = None
    to: date | None = None


def listed(wanted: Wanted) -> sa.Select[Any]:
    c = TABLE.sql.c
    asked: list[tuple[sa.Column[Any], Callable[[Any, Any], Any], Any]] = [
        (c.partner_id, operator.eq, wanted.partner_id),
        (c.kind, operator.eq, wanted.kind),
        (c.occurred_on, operator.ge, wanted.from_),
        (c.occurred_on, operator.le, wanted.to),
    ]
    query = sa.select(TABLE.sql).where(*(compare(column, value) for column, compare, value in asked if value is not None))
    return query if wanted.q is None else query.where(numbered(TABLE, wanted.q))
