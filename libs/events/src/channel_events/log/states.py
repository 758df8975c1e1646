"""The committer's cache: states of streams, exactly as they are at the log's mark."""

from collections.abc import Iterable, Mapping
from typing import Any

from channel_events.log.draft import Entry
from channel_events.log.reading import Reader
from channel_events.pure import Decider

LIMIT = 200_000


class States(dict[str, Entry]):
    """Stream id to state, version and last event. Nothing uncommitted ever enters: a state that came from a batch that was not
    written would decide on events that do not exist (test_a_failed_write_leaves_no_trace_in_the_states).
    """

    def __init__(self, deciders: Mapping[str, Decider[Any, Any, Any]], reader: Reader) -> None:
        super().__init__()
        self._deciders = deciders
        self._reader = reader

    def missing(self, streams: Iterable[str]) -> list[str]:
        return [stream for stream in dict.fromkeys(streams) if stream not in self]

    def load(self, streams: Iterable[str], rows: Iterable[Any]) -> None:
        """Takes in streams from all of their events up to the mark."""
        for stream in streams:
            self[stream] = Entry(self._decider(stream).initial, 0, None)
        self.fold(rows)

    def fold(self, rows: Iterable[Any]) -> None:
        """Carries the cached streams over events that other processes appended; others are not looked at."""
        for row in rows:
            stream = row["stream"]
            if entry := self.get(stream):
                decider = self._decider(stream)
                event = self._reader.data(row, required=True)
                self[stream] = Entry(decider.evolve(entry.state, event), row["version"], row["id"])

    def adopt(self, changed: Mapping[str, Entry]) -> None:
        """Takes over what a committed batch changed, and forgets the longest unused when there are too many."""
        for stream in changed:
            self.pop(stream, None)
        self.update(changed)
        if len(self) > LIMIT:
            for stream in [s for s, _ in zip(self, range(LIMIT // 4), strict=False)]:
                del self[stream]

    def _decider(self, stream: str) -> Decider[Any, Any, Any]:
        return self._deciders[stream.partition("/")[0]]
