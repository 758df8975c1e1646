"""Lines out of pieces of bytes, with their numbers and without ever holding more than one of them."""

from collections.abc import Iterator

MAX_LINE_BYTES = 1_048_576
BOM = b"\xef\xbb\xbf"

Line = tuple[int, bytes | None]
"""Its number and bytes; None when it was too long to be kept."""


class Lines:
    """A line that is too long is given as ``None``: its bytes are dropped as they come."""

    def __init__(self, limit: int = MAX_LINE_BYTES) -> None:
        self._limit = limit
        self._number = 0
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[Line]:
        first, *others = piece.split(b"\n")
        self._hold(first)
        for other in others:
            yield self._line()
            self._hold(other)

    def end(self) -> Iterator[Line]:
        """The last line, when the file does not end with a line break."""
        if self._size:
            yield self._line()

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._begun.clear()
        elif part:
            self._begun.append(part)

    def _line(self) -> Line:
        line = None if self._size > self._limit else b"".join(self._begun).rstrip(b"\r")
        self._number += 1
        self._begun.clear()
        self._size = 0
        if self._number == 1 and line is not None:
            line = line.removeprefix(BOM)
        return self._number, line
