"""What the API's description shows of an import: a row of each kind, as NDJSON and as CSV."""

import csv
import io
from typing import Any

import msgspec

from channel_service.importing.importable import Importable, ImportSet


def rows_of(what: ImportSet) -> dict[str, Any]:
    """The media type's description: a line per kind."""
    lines = [msgspec.json.encode(row_of(kind.kind, kind.example)).decode() + "\n" for kind in what.kinds.values()]
    return {"schema": {"type": "string"}, "example": "".join(lines)}


def sheet_of(what: ImportSet) -> dict[str, Any]:
    """The media type's description: all kinds under one header."""
    rows = [row for kind in what.kinds.values() for row in _flat(kind)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(what.kinds) == 1:
        names.remove("kind")
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return {"schema": {"type": "string"}, "example": sheet.getvalue()}


def row_of(kind: str, command: Any, key: str | None = None) -> dict[str, Any]:
    """The row that says a command; what it leaves out is left out."""
    head = {"kind": kind} if key is None else {"kind": kind, "key": key}
    said: dict[str, Any] = _said(command)
    return head | said


def _said(value: Any) -> Any:
    """As JSON has it, without the fields of structs that say what leaving them out says."""
    if isinstance(value, msgspec.Struct):
        fields = ((field.encode_name, getattr(value, field.name), field.default) for field in msgspec.structs.fields(value))
        return {name: _said(one) for name, one, default in fields if one is not default and one != default}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else msgspec.to_builtins(value)


def _flat(kind: Importable[Any]) -> list[dict[str, Any]]:
    row, columns = row_of(kind.kind, kind.example), kind.columns
    lines = row.pop(columns.lines_field, None) or [{}] if columns.lines_field else [{}]
    for part in set(columns.parts.values()):
        row |= row.pop(part, {})
    return [row | {name: value for name, value in line.items() if name in columns.lines} for line in lines]
