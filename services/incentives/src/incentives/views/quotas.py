"""Quotas of all payees."""

from collections.abc import Collection, Iterator

import msgspec
import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.facts import Quota
from incentives.domain.quota import QUOTA, QuotaSet

TABLE = Table(
    "quota",
    key=("payee_id", "measure", "first", "last"),
    columns={"payee_id": TEXT, "measure": TEXT, "first": DATE, "last": DATE, "amount": NUMERIC, "set_on": DATE, **SEARCH},
    scope="payee_id",
)

TOUCHED = Table("touched_by_quota", key=("payee_id",), columns={"payee_id": TEXT, "changes": INTEGER}, sums=["changes"])
"""How often a quota of a payee was set."""


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, QuotaSet):
        yield Add((event.data.payee_id,), "touched_by_quota", changes=1)
    match event.data:
        case QuotaSet() as e if e.amount:
            yield TABLE.put(e, set_on=e.occurred_on, **searchable(e.payee_id, e.measure))
        case QuotaSet() as e:
            yield Delete((e.payee_id, e.measure, e.first, e.last))


QUOTAS = View("quotas", version=2, of=OwnLog(events=QUOTA.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)


async def quotas_of(read: AsyncConnection, payees: Collection[str] | None) -> tuple[Quota, ...]:
    """Of these, of all without them."""
    rows = (await read.execute(sa.select(TABLE.sql).where(sa.true() if payees is None else TABLE.sql.c.payee_id.in_(payees)))).all()
    return tuple(msgspec.convert(row, Quota, from_attributes=True) for row in rows)
