"""NDJSON: a document per line."""

from collections.abc import Iterable, Iterator

from channel_service.http.body import BodyRefused, parse_json
from channel_service.importing.importable import ImportSet
from channel_service.importing.lines import MAX_LINE_BYTES, Lines
from channel_service.importing.rows import Read, RefusedRow, row

LONG_BYTES = 65_536
MAX_ROW_VALUES = 20_000
"""The longest order there may be has 14,000. A row is parsed in one go, and as many rows as a file has come one after another."""


class NdjsonReader:
    """See `RowReader`. A line is read by the rules of every JSON body: no name twice, no NUL, no NaN, no abyss of brackets."""

    def __init__(self, what: ImportSet) -> None:
        self.rows = 0
        self._what = what
        self._lines = Lines()

    def feed(self, piece: bytes) -> Iterator[Read | None]:
        return self._read(self._lines.feed(piece))

    def end(self) -> Iterator[Read | None]:
        return self._read(self._lines.end())

    def _read(self, lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Read | None]:
        for number, line in lines:
            yield None
            if line is None or line.strip():
                self.rows += 1
                yield from self._row(number, line)

    def _row(self, number: int, line: bytes | None) -> Iterator[Read | None]:
        if line is None:
            yield RefusedRow(number, "row_too_long", {"limit": MAX_LINE_BYTES})
            return
        try:
            document = parse_json(line, MAX_ROW_VALUES)
        except BodyRefused as error:
            yield RefusedRow(number, error.code, error.facts)
            return
        if len(line) > LONG_BYTES:
            yield None  # each of the two takes milliseconds of a long line
        yield row(number, self._what, document)
