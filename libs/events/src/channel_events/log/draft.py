"""Deciding a batch of commands on the states at the log's mark, in memory: no I/O, nothing shared is changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from channel_events.ids import new_id
from channel_events.log.expect import Expect
from channel_events.log.storable import encoded
from channel_events.partition import partition_of
from channel_events.pure import (
    Actor,
    Ask,
    CommandKey,
    Current,
    Found,
    Known,
    Lacking,
    Need,
    On,
    Rejected,
    UseCase,
    event_type,
    stream_id,
)

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
    """A command as it waits: ``use()`` tells which commands go to which streams, ``by`` who wants it, ``key`` under which key, and
    ``expect`` where the stream of the first of them must be. ``streams`` are those that are known beforehand."""

    use: Callable[[], UseCase]
    by: Actor
    key: CommandKey | None
    expect: Expect | None = None
    imported: bool = False
    streams: tuple[str, ...] = ()


class Draft:
    """A batch being decided: the events so far, the head they would make, and the states after them.

    ``states`` are those at the head. What is asked of them or of ``found`` and is not there is `Lacking`.
    """

    def __init__(self, head: Head, states: Mapping[str, Entry], today: date, found: Found | None = None) -> None:
        self.base = head
        self.events: list[Drafted] = []
        self.states: dict[str, Entry] = {}
        self.keys: list[tuple[str, CommandKey, int, int]] = []
        self.bytes = 0
        """Of the events' data."""
        self._before = states
        self._tails = list(head.tails)
        self._known = (Known(today, found=found), Known(today, imported=True, found=found))

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
        work = _Work(self.states, self._before, self._known[task.imported], task.expect)
        work.do(task.use())
        first = len(self.events)
        data = [encoded(item[3]) for item in work.drafted]
        if (size := sum(map(len, data))) > MAX_COMMAND_BYTES:
            raise Rejected("event_too_large", bytes=size, limit=MAX_COMMAND_BYTES)
        self.bytes += size
        for item, one in zip(work.drafted, data, strict=True):
            self._append(*item, one, task.by)
        self.states.update(work.changed)
        if task.key:
            self.keys.append((task.key.name(task.by)[0], task.key, self.base.position + first + 1, len(data)))
        return slice(first, len(self.events)), None if work.thing is None else work.entry(work.thing)

    def _append(self, id_: UUID, stream: str, version: int, event: Any, data: bytes, by: Actor) -> None:
        declared = event_type(type(event))
        partition = previous_position = previous_id = None
        if declared.public:
            partition = partition_of(stream)
            previous_position, previous_id = self._tails[partition]
            self._tails[partition] = Tail(self.base.position + len(self.events) + 1, id_)
        self.events.append(Drafted(id_, stream, version, declared.type, data, event, partition, previous_position, previous_id, by))


class _Work:
    """One command being decided: what its use case yields is done, one after another, and what came of it is sent back."""

    def __init__(self, after: Mapping[str, Entry], before: Mapping[str, Entry], known: Known, expect: Expect | None) -> None:
        self.changed: dict[str, Entry] = {}
        self.drafted: list[tuple[UUID, str, int, Any]] = []
        self.thing: str | None = None
        """The stream of the first target."""
        self._after, self._before, self._known, self._expect = after, before, known, expect

    def do(self, use: UseCase) -> None:
        steps: Any = iter(use)
        if not hasattr(steps, "send"):  # targets that ask for no answer
            for target in steps:
                self._on(target)
            return
        answer, refused = None, None
        while True:
            try:
                # What is refused is raised where it was yielded, so that the use case may say more of it.
                step = steps.send(answer) if refused is None else steps.throw(refused)
            except StopIteration:
                return
            answer, refused = None, None
            try:
                answer = self._step(step)
            except Rejected as refusal:
                refused = refusal

    def entry(self, stream: str) -> Entry:
        found = self.changed.get(stream) or self._after.get(stream)
        if found is None:
            try:
                return self._before[stream]
            except KeyError:
                _check_texts([stream], [stream])  # before the database is asked for it
                raise Lacking(streams=(stream,)) from None
        return found

    def _step(self, step: Any) -> Any:
        if isinstance(step, On):
            return self._on(step)
        if isinstance(step, Ask):
            if isinstance(step.of, Need):
                return self._known.of(step.of, step.key)
            return Current(*self.entry(stream_id(step.of.name, step.key)))
        self._all_there(step)
        return [self._on(target) for target in step]

    def _all_there(self, targets: Iterable[On]) -> None:
        """What stands together is looked up together."""
        missing: list[Lacking] = []
        for target in targets:
            try:
                self.entry(target.stream)
            except Lacking as lacking:
                missing.append(lacking)
        if missing:
            raise Lacking.all_of(missing)

    def _on(self, target: On) -> tuple[Any, ...]:
        stream, decider = target.stream, target.decider
        entry = self.entry(stream)
        if self.thing is None:
            self.thing = stream
            if self._expect is not None:
                self._expect.check(entry.version, entry.last)
        events = tuple(decider.decide(target.command, entry.state, self._known))
        if events:
            for version, event in enumerate(events, entry.version + 1):
                self.drafted.append((new_id(), stream, version, event))
            self.changed[stream] = Entry(decider.fold(events, entry.state), entry.version + len(events), self.drafted[-1][0])
        return events


def check_storable(task: Task) -> None:
    """Refuses texts of a command's envelope that the database would refuse."""
    by, key = task.by, task.key
    texts = [text for text in (by.subject, by.reason, by.correlation, by.causation, by.trace) if text is not None]
    names = [*task.streams] if key is None else [*task.streams, "".join(key.name(by))]
    _check_texts([*texts, *names], names)


def _check_texts(texts: list[str], names: list[str]) -> None:
    # All at once, since this is done for each command; a surrogate at the end of one does not pair with the next.
    whole = "".join(texts)
    if "\0" in whole or not (whole.isascii() or _encodes(whole)):
        raise Rejected("unstorable_text")
    if len(whole) > MAX_NAME_BYTES // 4 and any(len(name.encode()) > MAX_NAME_BYTES for name in names):
        raise Rejected("name_too_long", limit=MAX_NAME_BYTES)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
