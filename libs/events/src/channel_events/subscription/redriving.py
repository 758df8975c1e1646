"""Re-driving by command: trying the parked events of a stream again."""

import asyncpg
import msgspec

from channel_events.log import Log
from channel_events.log.connect import connect_as, prepare
from channel_events.reaction import Reaction
from channel_events.subscription.effect import Effect
from channel_events.subscription.parking import Parked, parked
from channel_events.subscription.progress import Zombie
from channel_events.subscription.reaction_effect import ReactionEffect
from channel_events.subscription.view_effect import ViewEffect
from channel_events.view import OwnLog, Topic, View

_ZOMBIES = 100
_PAGE = 1_000


class RedriveResult(msgspec.Struct, frozen=True):
    """What became of one parked stream: how many events were done, and why it still stands, None when it flows."""

    stream: str
    source: str
    done: int
    reason: str | None


async def redrive(log: Log, what: View | Reaction, stream: str | None = None) -> list[RedriveResult]:
    """Tries the parked events of ``what`` again: those of ``stream``, or of all its parked streams, the oldest first.

    Safe beside running workers, and to be repeated: it takes the progress row from them as another worker would. A stream
    whose next event fails again stays parked with the new reason.
    """
    connection = await connect_as(log.dsn, "qudao-redrive", lock_timeout="5s")
    try:
        await prepare(connection)
        results: list[RedriveResult] = []
        last: Parked | None = None
        while page := await parked(connection.fetch, subscription=what.subscription, stream=stream, after=last, limit=_PAGE):
            results += [await _redrive(connection, _effect(log, what, one.source), one) for one in page]
            last = page[-1]
        return results
    finally:
        connection.terminate()


async def _redrive(connection: asyncpg.Connection, effect: Effect, one: Parked) -> RedriveResult:
    done, zombies = 0, 0
    at = await effect.table.bump(connection, one.partition)
    while True:
        try:
            tried = await effect.redrive(connection, one.stream, at)
        except Zombie:  # a worker has begun again meanwhile: it stands by for a moment when the row is taken once more
            zombies += 1
            if zombies > _ZOMBIES:
                raise
            at = await effect.table.bump(connection, one.partition)
            continue
        at, done = tried.row, done + tried.done
        if tried.flows or tried.failure is not None:
            return RedriveResult(one.stream, one.source, done, None if tried.failure is None else tried.failure.reason)


def _effect(log: Log, what: View | Reaction, name: str) -> Effect:
    source: OwnLog | Topic = next(one for one in what.sources if one.name == name)
    registry = source.registry if isinstance(source, Topic) else log.registry
    return ReactionEffect(what, name, registry, log) if isinstance(what, Reaction) else ViewEffect(what, name, registry, what.subscription)
