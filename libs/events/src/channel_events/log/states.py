"""The committer's cache: states of streams, exactly as they are at the log's mark."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from channel_events.log.draft import Entry
from channel_events.log.errors import StreamUnreadable
from channel_events.log.reading import EventReader
from channel_events.log.weight import Scales
from channel_events.pure import Decider

LIMIT_BYTES = 128_000_000
"""Of all states, as they are estimated; and one batch more."""
MOST_UNREADABLE = 10_000

_log = structlog.get_logger("channel_events.log")


class States(dict[str, Entry]):
    """Stream id to state, version and last event. Nothing uncommitted ever enters: a state that came from a batch that was not
    written would decide on events that do not exist (test_a_failed_write_leaves_no_trace_in_the_states). Nothing half
    folded either: an entry is published when all of its events are in it.

    In two halves: what was used lately is in the dict itself, and when that has grown to half of the limit it becomes the
    older half, of which what is used again moves back and the rest goes. So what is used stays, and a hit costs nothing.
    """

    def __init__(self, deciders: Mapping[str, Decider[Any, Any, Any]], reader: EventReader) -> None:
        super().__init__()
        self._deciders = deciders
        self._reader = reader
        self._older: dict[str, Entry] = {}
        self._behind = False
        """Whether the older half is of an earlier mark: only where to read on from."""
        self._unreadable: dict[str, StreamUnreadable] = {}
        self._scales = Scales()
        self._weights: dict[str, tuple[int, int]] = {}
        """Of the newer half: the weight, and the version from which on it is weighed again."""
        self.bytes = 0
        """Weight of the newer half."""

    def __missing__(self, stream: str) -> Entry:
        raise self._unreadable[stream].again()

    def missing(self, streams: Iterable[str]) -> list[str]:
        """Those that have to be loaded; all others are here, or known to be unreadable, until this is asked again."""
        if self.bytes > LIMIT_BYTES // 2:
            self._turn()
        return [stream for stream in dict.fromkeys(streams) if stream not in self and not self._recall(stream)]

    def start(self, stream: str) -> Entry | None:
        """Where the stream was at an earlier mark, if that is known: its events since are all that has to be read."""
        return self._older.get(stream)

    def load(self, stream: str, start: Entry | None, rows: Iterable[Any]) -> None:
        """Takes in a stream from its events, from ``start`` or the beginning up to the mark."""
        try:
            decider = self._decider(stream)
            entry = self._reader.fold(decider, rows, start or Entry(decider.initial, 0, None))
        except StreamUnreadable as failure:
            self.refuse(failure)
        else:
            self._enter(stream, entry)

    def refuse(self, failure: StreamUnreadable) -> None:
        """From now on commands on this stream fail with ``failure``, and no others."""
        stream = failure.facts["stream"]
        self._drop(stream)
        if len(self._unreadable) >= MOST_UNREADABLE:
            self._unreadable.clear()
        self._unreadable[stream] = failure
        _log.error("stream_unreadable", service=self._reader.service, why=failure.why, **failure.facts)

    def fold(self, rows: Iterable[Any]) -> None:
        """Carries the streams that are here over events that other processes appended; others are not looked at."""
        tails: dict[str, list[Any]] = {}
        for row in rows:
            stream = row["stream"]
            if stream in self or (stream in self._older and not self._behind):
                tails.setdefault(stream, []).append(row)
        for stream, tail in tails.items():
            try:
                entry = self._reader.fold(self._decider(stream), tail, self.get(stream) or self._older[stream])
            except StreamUnreadable as failure:
                self.refuse(failure)
            else:
                self._put(stream, entry)

    def adopt(self, changed: Mapping[str, Entry]) -> None:
        """Takes over what a committed batch changed."""
        weights = self._weights
        for stream, entry in changed.items():
            known = weights.get(stream)
            if known is None or entry.version >= known[1]:
                self._weigh(stream, entry)
        self.update(changed)

    def fall_behind(self) -> None:
        """The mark went on further than its tail is worth reading: what is here is only where to read on from."""
        kept = dict(self) if self._behind else {**self._older, **self}
        self.clear()
        self._older, self._behind = kept, True

    def clear(self) -> None:
        super().clear()
        self._weights.clear()
        self._older, self._behind = {}, False
        self._unreadable.clear()
        self.bytes = 0

    def _turn(self) -> None:
        self._older, self._behind = dict(self), False
        super().clear()
        self._weights.clear()
        self.bytes = 0

    def _recall(self, stream: str) -> bool:
        if not self._behind and (entry := self._older.pop(stream, None)):
            self._enter(stream, entry)
            return True
        return stream in self._unreadable

    def _enter(self, stream: str, entry: Entry) -> None:
        self._older.pop(stream, None)
        self._weigh(stream, entry)
        self[stream] = entry

    def _put(self, stream: str, entry: Entry) -> None:
        if stream in self:
            self.adopt({stream: entry})
        else:
            self._older[stream] = entry

    def _weigh(self, stream: str, entry: Entry) -> None:
        """Not at every change, but whenever the stream has doubled: that costs little, and is wrong by a factor of two at most."""
        before, _ = self._weights.get(stream, (0, 0))
        now = self._scales.weigh(entry)
        self._weights[stream] = (now, 2 * entry.version or 1)
        self.bytes += now - before

    def _drop(self, stream: str) -> None:
        self.pop(stream, None)
        self._older.pop(stream, None)
        self.bytes -= self._weights.pop(stream, (0, 0))[0]

    def _decider(self, stream: str) -> Decider[Any, Any, Any]:
        try:
            return self._deciders[stream.partition("/")[0]]
        except KeyError:
            raise StreamUnreadable(stream, "?", 0, "no decider of this log has its kind") from None
