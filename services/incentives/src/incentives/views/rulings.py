"""Rulings about all payees."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from channel_events import DATE, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.facts import Ruling
from incentives.domain.ruling import RULING, RulingRecorded
from incentives.domain.words import Payee

TABLE = Table(
    "ruling",
    key=("ruling_id",),
    columns={**dict.fromkeys(("ruling_id", "payee", "payee_id", "cause", "reason", "partner_id"), TEXT), "occurred_on": DATE, **SEARCH},
    scope="partner_id",
    indexes=[("payee", "payee_id", "ruling_id"), ("partner_id", "ruling_id")],
)
"""``partner_id`` is the payee, where it is a partner."""


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, RulingRecorded):
        e = event.data
        yield TABLE.put(e, partner_id=e.payee.partner_id(e.payee_id), **searchable(e.ruling_id, e.payee_id, e.reason))


RULINGS = View("rulings", version=2, of=OwnLog(events=RULING.events), tables=TABLE, changes=changes)
search_index(TABLE)


async def rulings_of(read: AsyncConnection, payee: Payee, payees: Collection[str] | None) -> tuple[Ruling, ...]:
    """About these payees of the kind, about all of it without them."""
    c = TABLE.sql.c
    about = sa.true() if payees is None else c.payee_id.in_(payees)
    rows = await read.execute(sa.select(TABLE.sql).where(c.payee == payee.value, about))
    return tuple(Ruling(ruling_id=row.ruling_id, payee=payee, payee_id=row.payee_id, cause=row.cause, on=row.occurred_on) for row in rows)
