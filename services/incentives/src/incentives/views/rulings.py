"""Rulings about all payees."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.facts import Ruling
from incentives.domain.ruling import RULING, RulingRecorded

TABLE = Table(
    "ruling",
    key=("ruling_id",),
    columns={**dict.fromkeys(("ruling_id", "payee_id", "cause", "reason"), TEXT), "occurred_on": DATE, **SEARCH},
    scope="payee_id",
    indexes=[("payee_id", "ruling_id")],
)


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, RulingRecorded):
        e = event.data
        yield TABLE.put(e, **searchable(e.ruling_id, e.payee_id, e.reason))


RULINGS = View("rulings", version=1, of=OwnLog(events=RULING.events), tables=TABLE, changes=changes)
search_index(TABLE)


async def rulings_of(read: AsyncConnection, payees: Collection[str] | None) -> tuple[Ruling, ...]:
    """Of these, of all without them."""
    rows = await read.execute(sa.select(TABLE.sql).where(sa.true() if payees is None else TABLE.sql.c.payee_id.in_(payees)))
    return tuple(Ruling(ruling_id=row.ruling_id, payee_id=row.payee_id, cause=row.cause, on=row.occurred_on) for row in rows)
