"""A batch: waiting commands with their callers, and the answers they get."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from channel_events.log.draft import Draft, Entry, Task
from channel_events.log.errors import KeyReused
from channel_events.log.outcome import Appended
from channel_events.pure import CommandKey, Lacking, Recorded

MAX_BYTES = 4_000_000
"""Of the events that one statement writes, as long as no single command has more: it takes some tenths of a second."""


class Waiting:
    """A command and the caller who waits for it."""

    __slots__ = ("answer", "streams", "task")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.streams = list(task.streams)
        """What it is decided on, as far as that is known: a use case tells more while it is decided."""
        self.answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()

    def settle(self, outcome: Appended | BaseException) -> None:
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


KeyName = tuple[str, str]
"""Actor and key."""

KnownKeys = Mapping[KeyName, tuple[bytes, int, int]]
"""By actor and key: body hash, first position and count of what the key wrote."""


class Batch:
    """The commands of one write, decided in order of arrival."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.drafted: list[tuple[Waiting, slice, Entry | None]] = []
        self.replays: list[tuple[Waiting, int, int]] = []
        self._repeats: list[tuple[Waiting, Waiting]] = []
        self._keys: dict[KeyName, tuple[bytes, Waiting]] = {}
        self._refused: list[tuple[Waiting, BaseException]] = []
        self.lacking: list[Lacking] = []
        """What was asked for and is not there: to be looked up, and all of it decided again."""
        self.left: Sequence[Waiting] = ()
        """Commands that have no place in this write."""

    def decide(self, commands: Sequence[Waiting], known: KnownKeys) -> None:
        """Decides each command; a refusal, or a bug in one decider, concerns that command only."""
        for number, waiting in enumerate(commands):
            if self.draft.bytes >= MAX_BYTES:
                self.left = commands[number:]
                return
            try:
                self._decide(waiting, known)
            except Lacking as lacking:
                self.lacking.append(lacking)
                waiting.streams += lacking.streams
            except Exception as refusal:  # the caller gets it, whatever it is
                self._refused.append((waiting, refusal))

    def _decide(self, waiting: Waiting, known: KnownKeys) -> None:
        key = waiting.task.key
        if key is None:
            self.drafted.append((waiting, *self.draft.decide(waiting.task)))
            return
        name = key.name(waiting.task.by)
        if name in known:
            body_hash, position, count = known[name]
            _same_body(key, body_hash)
            self.replays.append((waiting, position, count))
        elif name in self._keys:
            body_hash, first = self._keys[name]
            _same_body(key, body_hash)
            self._repeats.append((waiting, first))
        else:
            self.drafted.append((waiting, *self.draft.decide(waiting.task)))
            self._keys[name] = (key.body_hash, waiting)

    def keyed(self) -> list[KeyName]:
        """The keys of all commands."""
        return list(self._keys) + [name for waiting, _ in self._refused if (name := _name(waiting))]

    def doubtful(self) -> list[KeyName]:
        """The keys of commands that were refused or had nothing to do: perhaps because they were done before."""
        idle = [name for waiting, part, _ in self.drafted if part.start == part.stop and (name := _name(waiting))]
        return idle + [name for waiting, _ in self._refused if (name := _name(waiting))]

    @property
    def writes(self) -> bool:
        return bool(self.draft.events or self.draft.keys)

    def answer(self, service: str, recorded_at: datetime | None, recorded_on: date | None) -> None:
        """Tells every caller but those of `replays`; only after the commit, or when nothing was to be written at a mark that
        still holds."""
        base, end = self.draft.base.position, self.draft.head.position
        events = [
            Recorded(
                source=service, position=position, id=str(d.id), stream=d.stream, version=d.version, type=d.type, data=d.event,
                recorded_at=recorded_at, recorded_on=recorded_on, occurred_on=getattr(d.event, "occurred_on", None),
                partition=d.partition, previous_position=d.previous_position,
                previous_id=None if d.previous_id is None else str(d.previous_id),
                actor=d.by.subject, reason=d.by.reason, correlation=d.by.correlation, causation=d.by.causation, trace=d.by.trace,
            )
            for position, d in enumerate(self.draft.events, base + 1)
            if recorded_at is not None and recorded_on is not None
        ]  # fmt: skip
        answers: dict[int, Any] = {}
        for waiting, part, entry in self.drafted:
            own = tuple(events[part])
            version, last = (entry.version, entry.last) if entry else (0, None)
            answers[id(waiting)] = Appended(own, own[-1].position if own else end, version=version, last=last)
            waiting.settle(answers[id(waiting)])
        for waiting, first in self._repeats:
            waiting.settle(replace(answers[id(first)], replayed=True))
        for waiting, refusal in self._refused:
            waiting.settle(refusal)

    def outcomes(self) -> dict[str, int]:
        """How many commands were appended, had nothing to do, were replayed, were rejected."""
        appended = sum(part.stop > part.start for _, part, _ in self.drafted)
        return {
            "appended": appended,
            "nothing": len(self.drafted) - appended,
            "replayed": len(self.replays) + len(self._repeats),
            "rejected": len(self._refused),
        }


def _name(waiting: Waiting) -> KeyName | None:
    key = waiting.task.key
    return key.name(waiting.task.by) if key else None


def _same_body(key: CommandKey, body_hash: bytes) -> None:
    if key.body_hash != body_hash:
        raise KeyReused(key.key)
