"""A unit: commands that are written together with the progress of what caused them, in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import asyncpg

from channel_events.log.batch import KeyName, KnownKeys
from channel_events.log.draft import Draft
from channel_events.pure import Need


class Unit(Protocol):
    """What `Log.transact` runs: `begin`, then under the head's lock `decide` and `end`, then the write and the commit.

    Lock order everywhere: progress, parked, head. What a part raises rolls everything back and reaches the caller. `begin`
    may be done again after a rollback of ours, before anything was decided: where a stream had to be read first.
    """

    @property
    def usual(self) -> tuple[tuple[Need[Any], str], ...]:
        """What those before it asked of copies again and again: it is looked up beforehand, and spares deciding all of it for nothing."""

    async def begin(self, connection: asyncpg.Connection) -> Sequence[KeyName]:
        """The first statements of the transaction: moves the progress row. Returns the keys of the commands."""

    def decide(self, draft: Draft, known: KnownKeys) -> None:
        """Decides on the states at the head; ``known`` are those of the keys that were used before. `Lacking` for what is not there:
        then it is asked again, from the beginning."""

    async def end(self, connection: asyncpg.Connection) -> None:
        """The last statements before the events are written: nothing but the database may be waited for."""

    def outcomes(self) -> Mapping[str, int]:
        """How many commands were appended, had nothing to do, were replayed, were rejected."""


class WaitingUnit:
    """A unit and the caller who waits for it."""

    __slots__ = ("answer", "unit")

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(self, failure: BaseException | None) -> None:
        if self.answer.done():
            return
        if failure is None:
            self.answer.set_result(None)
        else:
            self.answer.set_exception(failure)
