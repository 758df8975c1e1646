"""Units: each in a transaction of its own, that holds the head only while it decides and writes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.aside import Cold
from channel_events.log.connect import deadline
from channel_events.log.draft import Draft, Head
from channel_events.log.errors import LogUnavailable
from channel_events.log.keys import known_keys
from channel_events.log.rehearsal import Look
from channel_events.log.session import Session
from channel_events.log.unit import Unit
from channel_events.pure import Lacking

ATTEMPTS = 5


class _Wanted:
    """What a unit asked for so far: names of streams, and what copies told."""

    def __init__(self, clock: Callable[[], date], look: Look) -> None:
        self.clock, self._look = clock, look
        self.streams: list[str] = []
        self.found: dict[Any, Any] = {}

    async def take(self, lacking: Lacking) -> None:
        self.streams += lacking.streams
        if lacking.needs:
            self.found |= await self._look([*lacking.needs])


async def transact(unit: Unit, session: Session, found: Any, clock: Callable[[], date], look: Look) -> Draft:
    """Runs a unit, once: its caller reads its progress again before another try, which also settles an unknown outcome.

    `Cold` when streams have to be read first; whatever is raised, nothing of it was written, or nobody knows yet.
    """
    wanted = _Wanted(clock, look)
    if unit.usual:
        await wanted.take(Lacking(needs=unit.usual))
    for attempt in range(1, ATTEMPTS + 1):
        connection = await session.connection()
        transaction = connection.transaction()
        try:
            with deadline(connection):
                draft = await _run(unit, session, connection, transaction, found, wanted, attempt)
                if draft is not None:
                    return draft
                await transaction.rollback()
        except BaseException as failure:
            await session.undo(transaction, failure)
            raise
    raise LogUnavailable("the head moves on faster than it can be followed")


async def _run(
    unit: Unit, session: Session, connection: asyncpg.Connection, transaction: Any, found: Any, wanted: _Wanted, attempt: int
) -> Draft | None:
    await transaction.start()
    keys = await unit.begin(connection)
    draft = await _rehearse(unit, session, connection, found, wanted)
    head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
    if not await session.basis.follow(connection, head, attempt):
        return None
    known = await known_keys(connection, keys)
    if known or head != draft.base:
        # Otherwise it was decided on these very states: to decide again would come to the same
        # (test_a_unit_is_decided_once_where_nobody_writes_beside_it).
        draft = Draft(head, session.basis.states, wanted.clock(), wanted.found)
        try:
            unit.decide(draft, known)
        except Lacking as lacking:  # what others wrote meanwhile made it ask for more
            await wanted.take(lacking)
            return None
    await unit.end(connection)
    await session.write_with(draft, connection, transaction)
    return draft


async def _rehearse(unit: Unit, session: Session, connection: asyncpg.Connection, found: Any, wanted: _Wanted) -> Draft:
    """Decides before the head is held, for what is asked: nobody waits while streams and copies are read."""
    while True:
        head, cold = await session.basis.load(connection, wanted.streams, found)
        if cold:
            raise Cold(cold)
        draft = Draft(head, session.basis.states, wanted.clock(), wanted.found)
        try:
            unit.decide(draft, {})
        except Lacking as lacking:
            await wanted.take(lacking)
        else:
            return draft
