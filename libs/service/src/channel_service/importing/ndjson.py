"""NDJSON: a document per line."""

from collections.abc import Iterable, Iterator
from typing import Any, Union

import msgspec

from channel_service.importing.importable import ImportRow, ImportSet
from channel_service.importing.lines import MAX_LINE_BYTES, Lines
from channel_service.importing.refusing import invalid, unreadable
from channel_service.importing.rows import Read, Refused, Row


class NdjsonReader:
    """See `Reader`."""

    def __init__(self, what: ImportSet) -> None:
        self.rows = 0
        self._lines = Lines()
        models: Any = Union[tuple(what.by_row)]  # noqa: UP007 - of a number known only here
        self._decode = msgspec.json.Decoder(models).decode
        self._default = what.default

    def feed(self, piece: bytes) -> Iterator[Read]:
        return self._read(self._lines.feed(piece))

    def end(self) -> Iterator[Read]:
        return self._read(self._lines.end())

    def _read(self, lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Read]:
        for number, line in lines:
            if line is None or line.strip():
                self.rows += 1
                yield self._row(number, line)

    def _row(self, number: int, line: bytes | None) -> Read:
        if line is None:
            return Refused(number, "row_too_long", {"limit": MAX_LINE_BYTES})
        try:
            return Row(number, self._document(line))
        except msgspec.ValidationError as error:
            return invalid(number, error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # Nesting is unfolded by recursion: 20,000 brackets end here, not in the process.
            return unreadable(number, "malformed_json", error)

    def _document(self, line: bytes) -> ImportRow:
        try:
            document: ImportRow = self._decode(line)
        except msgspec.ValidationError as error:
            if self._default is None or str(error) != "Object missing required field `kind`":
                raise
            document = msgspec.json.decode(line, type=self._default.row)
        return document
