"""What a reader makes of the bytes of an import: rows and refusals, each with the number of its line."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from channel_service.importing.importable import ImportRow


class Row(Struct, frozen=True):
    """A document; ``number`` is that of its (first) line in the file, from 1, the header's line counted."""

    number: int
    document: ImportRow


class Refused(Struct, frozen=True):
    """A row, or the document it is part of (``id``), that will not be imported; ``field`` when one is to blame."""

    number: int
    code: str
    facts: dict[str, Any]
    id: str | None = None
    field: str | None = None


Read: TypeAlias = Row | Refused


class Reader(Protocol):
    """Takes a file in pieces of any size and never holds more than a document."""

    rows: int
    """Rows met so far, blank ones and the header not counted."""

    def feed(self, piece: bytes) -> Iterator[Read]: ...

    def end(self) -> Iterator[Read]: ...
