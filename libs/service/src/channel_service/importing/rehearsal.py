"""Deciding without writing: what would be refused if this were done now."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from channel_events import Actor, Appended, CommandKey, Decider, Deciding, KeyReused, Log, On, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

State = TypeVar("State")
KnownKey: TypeAlias = Callable[[str, str], Awaitable[bytes | None]]
"""The body hash that the key of an owner came with when the log took it; ``None`` for a key it never saw."""


class Rehearsal(Deciding):
    """Decides like the log, on the log as it is and on what was rehearsed before, in the order of the calls.

    Each command is all or nothing and each key counts once, as in the log. It never writes.
    """

    def __init__(self, log: Log, known_key: KnownKey) -> None:
        self._log, self._known_key = log, known_key
        self._states: dict[str, tuple[Any, int]] = {}
        self._keys: dict[tuple[str, str], bytes] = {}
        self._turn = asyncio.Lock()

    async def state(self, decider: Decider[Any, State, Any], key: str) -> State:
        state: State = (await self._at(On(decider, key, None)))[0]
        return state

    async def execute(self, *targets: On, by: Actor, key: CommandKey | None = None) -> Appended:
        # Reading a state waits: without turns a later command could decide before an earlier one.
        async with self._turn:
            if key and await self._is_repeated(by, key):
                return Appended((), 0, replayed=True)
            decided = await self._decide(targets)
            if key:
                self._keys[key.name(by)] = key.body_hash
            return Appended(decided, 0)

    async def _is_repeated(self, by: Actor, key: CommandKey) -> bool:
        name = key.name(by)
        first = self._keys.get(name) or await self._known_key(*name)
        if first is not None and first != key.body_hash:
            raise KeyReused(key.key)
        return first is not None

    async def _decide(self, targets: tuple[On, ...]) -> tuple[Recorded, ...]:
        changed: dict[str, tuple[Any, int]] = {}
        decided: list[Recorded] = []
        for target in targets:
            state, version = changed.get(target.stream) or await self._at(target)
            events = list(target.decider.decide(target.command, state))
            changed[target.stream] = target.decider.fold(events, state), version + len(events)
            decided += [_unwritten(target.stream, number, event) for number, event in enumerate(events, version + 1)]
        self._states |= changed
        return tuple(decided)

    async def _at(self, target: On) -> tuple[Any, int]:
        """The state of a stream and its version."""
        if target.stream not in self._states:
            self._states[target.stream] = await self._log.versioned(target.decider, target.key)
        return self._states[target.stream]


def _unwritten(stream: str, version: int, event: Any) -> Recorded:
    never = datetime.min.replace(tzinfo=UTC)
    return Recorded(
        source="rehearsal", position=0, id="", stream=stream, version=version, type="", data=event, recorded_at=never, recorded_on=date.min
    )


def known_key(reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> KnownKey:
    """Looks keys up where the log keeps them."""
    query = sa.text("select body_hash from command_key where actor = :actor and key = :key")

    async def body_hash(owner: str, key: str) -> bytes | None:
        async with reading() as connection:
            found: bytes | None = await connection.scalar(query, {"actor": owner, "key": key})
            return found

    return body_hash
