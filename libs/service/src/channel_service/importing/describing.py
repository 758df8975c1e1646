"""What the API's description shows of an import: a row of each kind, as NDJSON and as CSV."""

import csv
import io
from typing import Any

import msgspec

from channel_service.importing.importable import Importable, ImportSet


def rows_of(what: ImportSet) -> dict[str, Any]:
    """The media type's description: a line per kind."""
    lines = [msgspec.json.encode(_shown(kind)).decode() + "\n" for kind in what.kinds.values()]
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


def _shown(kind: Importable[Any]) -> dict[str, Any]:
    shown: dict[str, Any] = _without_nulls(msgspec.to_builtins(kind.example))
    return shown


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list | tuple) else value


def _flat(kind: Importable[Any]) -> list[dict[str, Any]]:
    row, columns = _shown(kind), kind.columns
    lines = row.pop(columns.lines_field, None) or [{}] if columns.lines_field else [{}]
    for part in set(columns.parts.values()):
        row |= row.pop(part, {})
    return [row | {name: value for name, value in line.items() if name in columns.lines} for line in lines]
