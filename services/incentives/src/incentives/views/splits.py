"""Among whom orders are split, a row for each share."""

from collections.abc import Iterator

from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded

from incentives.domain.split import SPLIT, OrderSplit

TABLE = Table(
    "split_share",
    key=("payee", "order_id", "line_id", "payee_id"),
    columns={
        **dict.fromkeys(("payee", "order_id", "line_id", "payee_id", "counts", "partner_id"), TEXT),
        "share": NUMERIC,
        "split_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("payee_id",), ("order_id",), ("partner_id",)],
)
"""``line_id`` is empty where it is about all lines; ``partner_id`` is the payee, where it is a partner."""

TOUCHED = Table(
    "touched_by_split",
    key=("payee", "payee_id", "order_id"),
    columns={**dict.fromkeys(("payee", "payee_id", "order_id"), TEXT), "changes": INTEGER},
    sums=["changes"],
)
"""How often something was told of a share that the payee has in the order, or had."""


def changes(event: Recorded) -> Iterator[Change]:
    if not isinstance(event.data, OrderSplit):
        return
    e = event.data
    line_id = e.line_id or ""
    for name in sorted({*e.previous, *(one.payee_id for one in e.shares)}):
        yield Add((e.payee.value, name, e.order_id), "touched_by_split", changes=1)
    for gone in set(e.previous) - {one.payee_id for one in e.shares}:
        yield Delete((e.payee.value, e.order_id, line_id, gone))
    for one in e.shares:
        yield Put(
            (e.payee.value, e.order_id, line_id, one.payee_id),
            counts=one.counts.value,
            share=one.share,
            split_on=e.occurred_on,
            partner_id=e.payee.partner_id(one.payee_id),
            **searchable(e.order_id, one.payee_id),
        )


SPLITS = View("splits", version=1, of=OwnLog(events=SPLIT.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)
