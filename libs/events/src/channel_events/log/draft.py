"""Deciding a batch of commands on the states at the log's mark, in memory: no I/O, nothing shared is changed."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from channel_events.ids import new_id
from channel_events.log.expect import Expect
from channel_events.partition import partition_of
from channel_events.pure import Actor, CommandKey, On, Rejected, event_type

MAX_EVENT_BYTES = 900_000
"""Of one event's data: a Kafka record of the usual limit (1 MiB) must hold it with its headers."""

_ENCODE = msgspec.json.Encoder().encode
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Entry(NamedTuple):
    """A stream's state at the mark, its version, and the id of its last event; none for a stream that has no events."""

    state: Any
    version: int
    last: UUID | None


class Drafted(NamedTuple):
    """An event decided, not yet written."""

    id: UUID
    stream: str
    version: int
    type: str
    data: bytes
    event: Any
    partition: int | None
    previous_position: int | None
    previous_id: UUID | None
    by: Actor


class Tail(NamedTuple):
    """A partition's last public event."""

    position: int
    id: UUID


class Head(NamedTuple):
    """The log's head: its last position, the id of its last event, and the tails of its partitions."""

    position: int
    mark: UUID
    tails: tuple[Tail, ...]

    @classmethod
    def of(cls, row: Any) -> "Head":
        return cls(row["position"], row["mark"], _TAILS.decode(row["tails"]))

    def tails_json(self) -> bytes:
        """As one value: two arrays of twelve would cost the client more than all the rest of a small write."""
        return _ENCODE(self.tails)


_TAILS = msgspec.json.Decoder(tuple[Tail, ...])


class Task(NamedTuple):
    """A command as it waits: its targets, who wants it, under which key, and where the first target's stream must be."""

    targets: tuple[On, ...]
    by: Actor
    key: CommandKey | None
    expect: Expect | None = None


class Draft:
    """A batch being decided: the events so far, the head they would make, and the states after them."""

    def __init__(self, head: Head, states: Mapping[str, Entry]) -> None:
        self.base = head
        self.events: list[Drafted] = []
        self.states: dict[str, Entry] = {}
        self.keys: list[tuple[str, CommandKey, int, int]] = []
        self._before = states
        self._tails = list(head.tails)

    @cached_property
    def head(self) -> Head:
        """The head that the batch makes; to be asked when all of it is decided."""
        mark = self.events[-1].id if self.events else self.base.mark
        return Head(self.base.position + len(self.events), mark, tuple(self._tails))

    def decide(self, task: Task) -> tuple[slice, Entry | None]:
        """Decides one command on all that was decided before it; the slice of `events` that it added, and its first
        target's stream after it.

        All of its targets or none: a refusal leaves the draft as it was.
        """
        if task.expect is not None and task.targets:
            task.expect.check(*self._entry(task.targets[0].stream)[1:])
        changed: dict[str, Entry] = {}
        drafted: list[tuple[UUID, str, int, Any]] = []
        for target in task.targets:
            stream, decider = target.stream, target.decider
            entry = changed.get(stream) or self._entry(stream)
            events = list(decider.decide(target.command, entry.state))
            if events:
                for version, event in enumerate(events, entry.version + 1):
                    drafted.append((new_id(), stream, version, event))
                changed[stream] = Entry(decider.fold(events, entry.state), entry.version + len(events), drafted[-1][0])
        first = len(self.events)
        encoded = [(*item, _encode(item[3])) for item in drafted]
        for item in encoded:
            self._append(*item, task.by)
        self.states.update(changed)
        if task.key:
            self.keys.append((task.key.name(task.by)[0], task.key, self.base.position + first + 1, len(drafted)))
        return slice(first, len(self.events)), self._entry(task.targets[0].stream) if task.targets else None

    def _entry(self, stream: str) -> Entry:
        return self.states.get(stream) or self._before[stream]

    def _append(self, id_: UUID, stream: str, version: int, event: Any, data: bytes, by: Actor) -> None:
        declared = event_type(type(event))
        partition = previous_position = previous_id = None
        if declared.public:
            partition = partition_of(stream)
            previous_position, previous_id = self._tails[partition]
            self._tails[partition] = Tail(self.base.position + len(self.events) + 1, id_)
        self.events.append(Drafted(id_, stream, version, declared.type, data, event, partition, previous_position, previous_id, by))


def _encode(event: Any) -> bytes:
    """The event as JSON; `Rejected` for what PostgreSQL or Kafka would refuse, which would fail the whole batch with it."""
    try:
        data = _ENCODE(event)
    except UnicodeEncodeError:
        raise Rejected("unstorable_text") from None
    if len(data) > MAX_EVENT_BYTES:
        raise Rejected("event_too_large", bytes=len(data), limit=MAX_EVENT_BYTES)
    if b"\\u0000" in data and _NUL.search(data):
        raise Rejected("unstorable_text")
    return data


def check_storable(task: Task) -> None:
    """Refuses texts of a command's envelope that the database would refuse; before it is queued with others."""
    texts: Iterable[str | None] = (
        *(target.key for target in task.targets),
        task.by.subject,
        task.by.reason,
        task.by.correlation,
        task.by.causation,
        *(task.key.name(task.by) if task.key else ()),
    )
    for text in texts:
        if text is not None and ("\0" in text or not _encodes(text)):
            raise Rejected("unstorable_text")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
