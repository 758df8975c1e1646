"""Deciding without writing: what would be refused if this were done now."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from channel_events import Actor, Appended, CommandKey, Decider, KeyReused, Log, On, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.application.deciding import Deciding

State = TypeVar("State")
KnownKey: TypeAlias = Callable[[Actor, str], Awaitable[bytes | None]]
"""The body hash that a command key came with when the log took it; ``None`` for a key it never saw."""


class Rehearsal(Deciding):
    """Decides like the log, on the log as it is and on what was rehearsed before, in the order of the calls.

    Each command is all or nothing and each key counts once, as in the log. It never writes.
    """

    def __init__(self, log: Log, known_key: KnownKey) -> None:
        self._log, self._known_key = log, known_key
        self._states: dict[str, Any] = {}
        self._keys: dict[str, bytes] = {}
        self._turn = asyncio.Lock()

    async def state(self, decider: Decider[Any, State, Any], key: str) -> State:
        stream = On(decider, key, None).stream
        if stream not in self._states:
            self._states[stream] = await self._log.state(decider, key)
        state: State = self._states[stream]
        return state

    async def execute(self, *targets: On, by: Actor, key: CommandKey | None = None) -> Appended:
        # Reading a state waits: without turns a later command could decide before an earlier one.
        async with self._turn:
            if key and await self._is_repeated(by, key):
                return Appended((), 0, replayed=True)
            decided = await self._decide(targets)
            if key:
                self._keys[key.key] = key.body_hash
            return Appended(decided, 0)

    async def _is_repeated(self, by: Actor, key: CommandKey) -> bool:
        first = self._keys.get(key.key) or await self._known_key(by, key.key)
        if first is not None and first != key.body_hash:
            raise KeyReused(key.key)
        return first is not None

    async def _decide(self, targets: tuple[On, ...]) -> tuple[Recorded, ...]:
        changed: dict[str, Any] = {}
        decided: list[Recorded] = []
        for target in targets:
            before = await self.state(target.decider, target.key)
            state = changed.get(target.stream, before)
            events = list(target.decider.decide(target.command, state))
            changed[target.stream] = target.decider.fold(events, state)
            decided += [_unwritten(target.stream, event) for event in events]
        self._states |= changed
        return tuple(decided)


def _unwritten(stream: str, event: Any) -> Recorded:
    never = datetime.min.replace(tzinfo=UTC)
    return Recorded(
        source="rehearsal", position=0, id="", stream=stream, version=0, type="", data=event, recorded_at=never, recorded_on=date.min
    )


def known_key(reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> KnownKey:
    """Looks keys up where the log keeps them."""
    query = sa.text("select body_hash from command_key where actor = :actor and key = :key")

    async def body_hash(by: Actor, key: str) -> bytes | None:
        async with reading() as connection:
            found: bytes | None = await connection.scalar(query, {"actor": by.subject, "key": key})
            return found

    return body_hash
