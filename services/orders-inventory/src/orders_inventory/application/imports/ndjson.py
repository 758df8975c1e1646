"""NDJSON: a document per line."""

from collections.abc import Iterable, Iterator

import msgspec

from orders_inventory.application.imports.documents import Document
from orders_inventory.application.imports.lines import MAX_LINE_BYTES, Lines
from orders_inventory.application.imports.rows import Read, Refused, Row

_DECODER = msgspec.json.Decoder(Document)


class NdjsonReader:
    """See `Reader`."""

    def __init__(self) -> None:
        self.rows = 0
        self._lines = Lines()

    def feed(self, piece: bytes) -> Iterator[Read]:
        return self._read(self._lines.feed(piece))

    def end(self) -> Iterator[Read]:
        return self._read(self._lines.end())

    def _read(self, lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Read]:
        for number, line in lines:
            if line is None or line.strip():
                self.rows += 1
                yield _read_line(number, line)


def _read_line(number: int, line: bytes | None) -> Read:
    if line is None:
        return Refused(number, "row_too_long", {"limit": MAX_LINE_BYTES})
    try:
        return Row(number, _DECODER.decode(line))
    except msgspec.ValidationError as error:
        return Refused(number, "row_invalid", {"reason": str(error)})
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Nesting is unfolded by recursion: 20,000 brackets end here, not in the process.
        return Refused(number, "malformed_json", {"reason": str(error)})
