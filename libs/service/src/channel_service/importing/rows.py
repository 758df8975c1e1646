"""What a reader makes of the bytes of an import: rows and refusals, each with the number of its line."""

from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

from channel_terms import REFERENCE_LENGTH, Words
from msgspec import Struct

from channel_service.commands import Unfit
from channel_service.importing.importable import Importable, ImportSet
from channel_service.problems.validation import path_of, words_of

_SHOWN = 3
"""Faults of a row that are told; who mends them sees the others at the next try."""


class Row(Struct, frozen=True):
    """A document; ``number`` is that of its (first) line in the file, from 1, the header's line counted. ``key`` is the row's own."""

    number: int
    kind: Importable[Any]
    command: Any
    key: str | None = None


class RefusedRow(Struct, frozen=True):
    """A row, or the document it is part of (``id``), that will not be imported; ``field`` when one is to blame."""

    number: int
    code: str
    facts: dict[str, Any]
    id: str | None = None
    field: str | None = None


Read: TypeAlias = Row | RefusedRow


class RowReader(Protocol):
    """Takes a file in pieces of any size and never holds more than a document.

    ``None`` stands for a line that comes to nothing yet: whoever reads on can let others have their turn, however many there are.
    """

    rows: int
    """Rows met so far, blank ones and the header not counted."""

    def feed(self, piece: bytes) -> Iterator[Read | None]: ...

    def end(self) -> Iterator[Read | None]: ...


def row(number: int, what: ImportSet, document: Any) -> Read:
    """The document of a line as a command of its kind."""
    if not isinstance(document, dict):
        return refused(number, "row_invalid", "a row is a JSON object", "每行应为一个 JSON 对象")
    name, key = document.pop("kind", what.default.kind if what.default else None), document.pop("key", None)
    kind = what.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        kinds = ", ".join(what.kinds)
        return refused(number, "row_invalid", f"kind must be one of {kinds}", f"kind 应为 {kinds} 之一", field="kind")
    if key is not None and not (isinstance(key, str) and 0 < len(key := key.strip()) <= REFERENCE_LENGTH):
        words = Words(f"key must be a text of 1 to {REFERENCE_LENGTH} characters", f"key 应为 1 至 {REFERENCE_LENGTH} 个字符的文本")
        return refused(number, "row_invalid", *words, field="key")
    if missing := [one for one in (*kind.required, *(kind.key_or if key is None else ())) if document.get(one) is None]:
        return _unfit(number, [{"type": "missing", "loc": (one,), "msg": "Field required", "input": None} for one in missing])
    try:
        return Row(number, kind, kind.form.read(document), key)
    except Unfit as unfit:
        return _unfit(number, unfit.errors)


def _unfit(number: int, errors: list[Any]) -> RefusedRow:
    told = [(path_of(one["loc"]), words_of(one)) for one in errors[:_SHOWN]]
    reason = Words(*("; ".join(f"{words[n]} - {field}" if field else words[n] for field, words in told) for n in (0, 1)))
    return RefusedRow(number, "row_invalid", {"reason": reason}, None, told[0][0] or None)


def refused(number: int, code: str, en: str, zh: str, *, field: str | None = None) -> RefusedRow:
    """A row that is refused before anything is decided."""
    return RefusedRow(number, code, {"reason": Words(en, zh)}, None, field)


def unreadable(number: int, code: str, error: Exception) -> RefusedRow:
    """A row that cannot even be read."""
    if isinstance(error, UnicodeDecodeError):
        byte, at = f"{error.object[error.start]:#04x}", error.start
        zh = f"第 {at} 字节 {byte} 不是 UTF-8；请将文件另存为 UTF-8"
        return refused(number, code, f"byte {byte} at {at} is not UTF-8; save the file as UTF-8", zh)
    return refused(number, code, str(error), str(error))
