"""Deciding a batch of commands on the states at the log's mark, in memory: no I/O, nothing shared is changed."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from channel_events.ids import new_id
from channel_events.log.expect import Expect
from channel_events.log.storable import encoded
from channel_events.partition import partition_of
from channel_events.pure import Actor, CommandKey, On, Rejected, event_type

MAX_COMMAND_BYTES = 16_000_000
"""Of all events that one command may write: they are written by one statement."""
MAX_NAME_BYTES = 2_600
"""Of a stream id, and of a key with its owner: an entry of an index has 2,704 bytes."""


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


_ENCODE = msgspec.json.Encoder().encode
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
        self.bytes = 0
        """Of the events' data."""
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
        data = [encoded(item[3]) for item in drafted]
        if (size := sum(map(len, data))) > MAX_COMMAND_BYTES:
            raise Rejected("event_too_large", bytes=size, limit=MAX_COMMAND_BYTES)
        self.bytes += size
        for item, one in zip(drafted, data, strict=True):
            self._append(*item, one, task.by)
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


def check_storable(task: Task) -> None:
    """Refuses texts of a command's envelope that the database would refuse."""
    by, key = task.by, task.key
    texts = [target.key for target in task.targets]
    texts += [text for text in (by.subject, by.reason, by.correlation, by.causation, by.trace) if text is not None]
    if key is not None:
        texts += key.name(by)
    # All at once, since this is done for each command; a surrogate at the end of one does not pair with the next.
    whole = "".join(texts)
    if "\0" in whole or not (whole.isascii() or _encodes(whole)):
        raise Rejected("unstorable_text")
    if len(whole) > MAX_NAME_BYTES // 4:
        names = [target.stream for target in task.targets]
        for name in names if key is None else (*names, "".join(key.name(by))):
            if len(name.encode()) > MAX_NAME_BYTES:
                raise Rejected("name_too_long", limit=MAX_NAME_BYTES)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
