"""Lines of a CSV file as records: one whose quotes are open at its end goes on in the next line."""

from collections.abc import Iterable, Iterator

from channel_service.importing.lines import MAX_LINE_BYTES, Line

MOST_LINES = 100
"""Of one record. A quote that is never closed must not swallow the file: what it began is then read line by line."""

Record = list[Line]
"""Its lines with their numbers; one, unless a cell holds line breaks."""


class Records:
    """Takes lines as they come and never holds more than `MOST_LINES` of them, or `MAX_LINE_BYTES`."""

    def __init__(self) -> None:
        self._open: Record = []
        self._size = 0

    def feed(self, lines: Iterable[Line]) -> Iterator[Record | None]:
        """A record, or None, for each line."""
        for number, line in lines:
            odd = line is not None and b'"' in line and line.count(b'"') % 2 == 1
            self._size += len(line or b"")
            if not self._open and not odd:
                yield [(number, line)]
            elif line is None or len(self._open) >= MOST_LINES or self._size > MAX_LINE_BYTES:
                yield from self.end()
                yield [(number, line)]
            else:
                self._open.append((number, line))
                if odd and len(self._open) > 1:
                    yield self._taken()
            if not self._open:
                self._size = 0
            yield None

    def end(self) -> Iterator[Record]:
        """What is left open: each line by itself."""
        yield from ([line] for line in self._taken())

    def _taken(self) -> Record:
        record, self._open, self._size = self._open, [], 0
        return record
