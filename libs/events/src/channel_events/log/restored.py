"""A log that was restored: its positions move on, past all that anybody may have seen of what is lost.

A backup, a copy, a promoted standby may lack the last events of a log, while consumers have them. Were their positions
given again, a consumer would take new events for those it knows. So the head moves far ahead, and a public event in each
partition tells everybody: it links to the last event that the log still has, so whoever applied a lost one cannot link it
and stops (rule "forked" of subscriptions). Where nothing was lost it is one event more.
"""

from datetime import date
from itertools import count
from typing import Any

import asyncpg
import structlog
from msgspec import Struct

from channel_events.log import statements as sql
from channel_events.log import telemetry
from channel_events.log.connect import connect_writer, deadline
from channel_events.log.draft import Draft, Entry, Head, Task
from channel_events.log.writing import write
from channel_events.partition import PARTITIONS, partition_of
from channel_events.pure import Actor, Decider, On, event

_log = structlog.get_logger("channel_events.log")

FINGERPRINT, TOPIC, OPERATOR = "fingerprint", "topic", "operator"
"""How it was noticed: another server or table than before; a topic that holds what the log lacks; somebody said so."""


@event("log_restored", public=True)
class LogRestored(Struct, frozen=True, kw_only=True):
    """The log was restored: what followed position `after` and came before this event may be gone.

    Every service publishes it under its own name, one in each partition. `noticed_by`: fingerprint, topic, operator.
    """

    after: int
    noticed_by: str
    occurred_on: date


LOG: Decider[LogRestored, None, LogRestored] = Decider(
    "log", initial=None, decide=lambda command, *_: [command], evolve=lambda state, _: state, events=[LogRestored]
)
"""The streams that a log keeps about itself."""


def _keys() -> list[str]:
    by_partition: dict[int, str] = {}
    numbers = count(1)
    while len(by_partition) < PARTITIONS:
        key = str(next(numbers))
        by_partition.setdefault(partition_of(f"{LOG.name}/{key}"), key)
    return [by_partition[partition] for partition in range(PARTITIONS)]


KEYS = _keys()
"""Of one stream of `LOG` in each partition."""
STREAMS = [f"{LOG.name}/{key}" for key in KEYS]


class Restorer:
    """Notices that one service's log was restored, and moves it on."""

    def __init__(self, service: str, timezone: str) -> None:
        self._service, self._timezone = service, timezone

    async def check(self, connection: asyncpg.Connection) -> None:
        """On a new writing connection: moves the log on when it is not where the last writer left it.

        A copy of a data folder or volume has the fingerprint of its original: then only the topic or an operator can tell.
        """
        known, found = await _fingerprints(connection)
        if known == found:
            return
        async with connection.transaction():
            await connection.fetchrow(sql.LOCK_HEAD)
            known = await connection.fetchval(sql.KNOWN_FINGERPRINT)  # another process may have been quicker
            if known is not None and known != found:
                await self.move_on(connection, FINGERPRINT)
            await connection.execute(sql.REMEMBER_FINGERPRINT, found)

    async def move_on(self, connection: asyncpg.Connection, noticed_by: str) -> int:
        """The new position of the head; inside a transaction of the caller's. Doing it again is harmless."""
        head = Head.of(await connection.fetchrow(sql.LOCK_HEAD))
        moved: Any = await connection.fetchrow(sql.MOVE_ON, self._timezone)
        states = dict.fromkeys(STREAMS, Entry(LOG.initial, 0, None))
        for row in await connection.fetch(sql.LAST, STREAMS):  # their states say nothing, so their events need not be folded
            states[row["stream"]] = Entry(LOG.initial, row["version"], row["id"])
        draft = Draft(head._replace(position=moved["position"]), states, moved["today"])
        said = LogRestored(after=head.position, noticed_by=noticed_by, occurred_on=moved["today"])
        draft.decide(Task(lambda: [On(LOG, key, said) for key in KEYS], Actor("channel-events"), None))
        await write(connection, draft, self._timezone)
        telemetry.RESTORED.labels(self._service, noticed_by).inc()
        _log.error("log_restored", service=self._service, noticed_by=noticed_by, after=head.position, position=draft.head.position)
        return draft.head.position

    async def restore(self, dsn: str, noticed_by: str, *, durable: bool) -> int:
        """The same on a connection of its own."""
        connection = await connect_writer(dsn, durable=durable)
        try:
            with deadline(connection):
                async with connection.transaction():
                    position = await self.move_on(connection, noticed_by)
                    _, found = await _fingerprints(connection)
                    await connection.execute(sql.REMEMBER_FINGERPRINT, found)
            return position
        finally:
            connection.terminate()


async def _fingerprints(connection: Any) -> tuple[str | None, str]:
    """What the log remembers, None before its first writer, and what is."""
    row = await connection.fetchrow(sql.FINGERPRINT)
    return row["fingerprint"], row["found"]


async def told_behind(connection: Any, position: int) -> bool:
    """Whether the log has told of a restore behind ``position``."""
    return bool(await connection.fetchval(sql.TOLD_BEHIND, STREAMS, position))
