"""Units: each in a transaction of its own, that holds the head only while it decides and writes."""

from typing import Any

import asyncpg

from channel_events.log import statements as sql
from channel_events.log.aside import Cold
from channel_events.log.connect import deadline
from channel_events.log.draft import Draft, Head
from channel_events.log.errors import LogUnavailable
from channel_events.log.keys import known_keys
from channel_events.log.session import Session
from channel_events.log.unit import Unit

ATTEMPTS = 5


async def transact(unit: Unit, session: Session, found: Any) -> Draft:
    """Runs a unit, once: its caller reads its progress again before another try, which also settles an unknown outcome.

    `Cold` when streams have to be read first; whatever is raised, nothing of it was written, or nobody knows yet.
    """
    for attempt in range(1, ATTEMPTS + 1):
        connection = await session.connection()
        transaction = connection.transaction()
        try:
            with deadline(connection):
                draft = await _run(unit, session, connection, transaction, found, attempt)
                if draft is not None:
                    return draft
                await transaction.rollback()
        except BaseException as failure:
            await session.undo(transaction, failure)
            raise
    raise LogUnavailable("the head moves on faster than it can be followed")


async def _run(unit: Unit, session: Session, connection: asyncpg.Connection, transaction: Any, found: Any, attempt: int) -> Draft | None:
    await transaction.start()
    streams, keys = await unit.begin(connection)
    # Before the head is held: nobody waits while streams are read.
    _, cold = await session.basis.load(connection, streams, found)
    if cold:
        raise Cold(cold)
    head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
    if not await session.basis.follow(connection, head, attempt):
        return None
    draft = Draft(head, session.basis.states)
    unit.decide(draft, await known_keys(connection, keys))
    await unit.end(connection)
    await session.write_with(draft, connection, transaction)
    return draft
