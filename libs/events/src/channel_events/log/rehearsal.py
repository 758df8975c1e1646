"""Giving commands: what the log and its rehearsal have in common, and deciding without writing, as if this were done now."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from channel_events.log import statements as sql
from channel_events.log.draft import Draft, Entry, Head, Tail, Task, check_storable
from channel_events.log.errors import KeyReused
from channel_events.log.expect import Expect
from channel_events.log.outcome import Appended
from channel_events.log.streams import Streams
from channel_events.partition import PARTITIONS
from channel_events.pure import Actor, CommandKey, Current, Decider, Found, Lacking, Need, On, Recorded, UseCase, command_type, stream_id

State = TypeVar("State")
Command = TypeVar("Command")
Look = Callable[[list[tuple[Need[Any], str]]], Awaitable[Found]]
"""Looks up what local copies tell; None for what they do not have."""


async def nothing_known(asked: list[tuple[Need[Any], str]]) -> Found:
    """For a log without local copies."""
    raise LookupError(f"no copy tells of {', '.join(sorted({need.name for need, _ in asked}))}")


_HEAD = Head(0, UUID(int=0), tuple(Tail(0, UUID(int=0)) for _ in range(PARTITIONS)))


class Deciding(ABC):
    """What use cases and imports ask of the `Log`, so that it can be rehearsed."""

    _expect: Expect | None = None

    def __init__(self, deciders: Mapping[str, Decider[Any, Any, Any]]) -> None:
        self._deciders = deciders

    async def execute(self, *targets: On, by: Actor, key: CommandKey | None = None) -> Appended:
        """Decides the commands in order, each on what the earlier ones changed, and writes all of their events or none.

        Raises `Rejected`, `KeyReused`, `StreamUnreadable`, `LogUnavailable`, `LogBusy` (nothing written), `OutcomeUnknown`.
        Cancelled before it was taken, it is not done.
        """
        streams = tuple([target.stream for target in targets])
        return await self._do(Task(lambda: targets, by, key, self._expect, streams=streams))

    async def use(
        self,
        case: Callable[[Command], UseCase] | None,
        command: Command,
        *,
        by: Actor,
        key: CommandKey | None = None,
        imported: bool = False,
    ) -> Appended:
        """The same for the commands that ``case(command)`` yields, or for ``command`` alone; where a case waits for an answer, it is
        sent what each came to (the events of an `On`, what was asked by an `Ask`). It is pure: it may be asked again. ``imported``: see
        `Known`."""
        return await self._do(Task(partial(case or self._alone, command), by, key, self._expect, imported))

    @abstractmethod
    async def current(self, decider: Decider[Any, State, Any], key: str) -> Current[State]:
        """A stream as it is now."""

    @abstractmethod
    async def _do(self, task: Task) -> Appended:
        """Decides one command."""

    def _alone(self, command: Any) -> UseCase:
        """The use case of a command that goes to its own stream."""
        return [On(self._deciders[command_type(type(command)).kind], command)]


class Rehearsal(Deciding):
    """Decides like the log, on the log as it is and on what was rehearsed before, in the order of the calls.

    Each command is all or nothing and each key counts once, as in the log. It never writes.
    """

    def __init__(
        self, streams: Streams, deciders: Mapping[str, Decider[Any, Any, Any]], pool: Any, clock: Callable[[], date], look: Look
    ) -> None:
        super().__init__(deciders)
        self._streams, self._pool, self._clock, self._look = streams, pool, clock, look
        self._states: dict[str, Entry] = {}
        self._keys: dict[tuple[str, str], bytes] = {}
        self._turn = asyncio.Lock()

    async def current(self, decider: Decider[Any, State, Any], key: str) -> Current[State]:
        async with self._turn:
            stream = stream_id(decider.name, key)
            await self._load([stream])
            return Current(*self._states[stream])

    async def _do(self, task: Task) -> Appended:
        check_storable(task)
        # Reading a state waits: without turns a later command could decide before an earlier one.
        async with self._turn:
            if task.key and await self._is_repeated(task.key, task.by):
                return Appended((), 0, replayed=True)
            found: dict[Any, Any] = {}
            while True:
                draft = Draft(_HEAD, self._states, self._clock(), found)
                try:
                    draft.decide(task)
                    break
                except Lacking as lacking:
                    await self._load(lacking.streams)
                    if lacking.needs:
                        found |= await self._look([*lacking.needs])
            self._states |= draft.states
            if task.key:
                self._keys[task.key.name(task.by)] = task.key.body_hash
            return Appended(tuple(_unwritten(one) for one in draft.events), 0)

    async def _is_repeated(self, key: CommandKey, by: Actor) -> bool:
        name = key.name(by)
        first = self._keys.get(name)
        if first is None:
            rows = await self._pool.fetch(sql.KEYS, [name[0]], [name[1]])
            first = rows[0]["body_hash"] if rows else None
        if first is not None and first != key.body_hash:
            raise KeyReused(key.key)
        return first is not None

    async def _load(self, streams: Iterable[str]) -> None:
        for stream in streams:
            if stream not in self._states:
                self._states[stream] = await self._streams.entry(self._deciders[stream.partition("/")[0]], stream)


def _unwritten(one: Any) -> Recorded:
    never = datetime.min.replace(tzinfo=UTC)
    return Recorded(
        source="rehearsal", position=0, id="", stream=one.stream, version=one.version, type=one.type, data=one.event,
        recorded_at=never, recorded_on=date.min,
    )  # fmt: skip
