"""Quotas of all payees."""

from collections.abc import Collection, Iterator

import msgspec
import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.facts import Quota
from incentives.domain.quota import QUOTA, QuotaSet
from incentives.domain.words import Payee

TABLE = Table(
    "quota",
    key=("payee", "payee_id", "measure", "first", "last"),
    columns={
        **dict.fromkeys(("payee", "payee_id", "measure", "partner_id"), TEXT),
        **dict.fromkeys(("first", "last", "set_on"), DATE),
        "amount": NUMERIC,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id",)],
)
"""``partner_id`` is the payee, where it is a partner."""

TOUCHED = Table(
    "touched_by_quota",
    key=("payee", "payee_id"),
    columns={"payee": TEXT, "payee_id": TEXT, "changes": INTEGER},
    sums=["changes"],
)
"""How often a quota of a payee was set."""


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, QuotaSet):
        yield Add((event.data.payee.value, event.data.payee_id), "touched_by_quota", changes=1)
    match event.data:
        case QuotaSet() as e if e.amount:
            yield TABLE.put(e, partner_id=e.payee.partner_id(e.payee_id), set_on=e.occurred_on, **searchable(e.payee_id, e.measure))
        case QuotaSet() as e:
            yield Delete((e.payee.value, e.payee_id, e.measure, e.first, e.last))


QUOTAS = View("quotas", version=3, of=OwnLog(events=QUOTA.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)


async def quotas_of(read: AsyncConnection, payee: Payee, payees: Collection[str] | None) -> tuple[Quota, ...]:
    """Of these payees of the kind, of all of it without them."""
    c = TABLE.sql.c
    own = sa.true() if payees is None else c.payee_id.in_(payees)
    rows = await read.execute(sa.select(TABLE.sql).where(c.payee == payee.value, own))
    return tuple(msgspec.convert(row, Quota, from_attributes=True) for row in rows)
