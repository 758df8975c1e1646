"""Rows to bytes, batch by batch: nothing of an export is held longer than a batch."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from channel_service.exporting.formats import Format
from channel_service.spreadsheets import safe


class FileEncoder(Protocol):
    """Takes the rows in batches; the bytes of all calls, in order, are the file."""

    def rows(self, batch: Sequence[Any]) -> bytes: ...

    def end(self) -> bytes: ...


class Ndjson:
    """``line`` makes a row's JSON."""

    def __init__(self, line: Callable[[Any], bytes]) -> None:
        self._line = line

    def rows(self, batch: Sequence[Any]) -> bytes:
        return b"".join([self._line(row) + b"\n" for row in batch])

    def end(self) -> bytes:
        return b""


class Csv:
    """RFC 4180, UTF-8, with a header; ``values`` are a row's in the order of ``names``.

    ``for_spreadsheets``: a cell that one would run is written as a text (see `channel_service.spreadsheets`), and the import takes it back.
    """

    def __init__(self, names: Sequence[str], values: Callable[[Any], Sequence[Any]], *, for_spreadsheets: bool = True) -> None:
        self._values, self._shown = values, safe if for_spreadsheets else str
        self._text = io.StringIO()
        self._writer = csv.writer(self._text)
        self._writer.writerow(names)

    def rows(self, batch: Sequence[Any]) -> bytes:
        self._writer.writerows([self._shown(cell(value)) for value in self._values(row)] for row in batch)
        return self._take()

    def end(self) -> bytes:
        return self._take()

    def _take(self) -> bytes:
        written = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return written


def cell(value: Any) -> str:
    """A value of a row's JSON as the text of a CSV cell; null is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoder(model: type[BaseModel], format_: Format, *, for_spreadsheets: bool = True) -> FileEncoder:
    """Of rows of a list."""
    if format_ is Format.NDJSON:
        return Ndjson(lambda row: row.model_dump_json(by_alias=True).encode())
    if format_ is Format.CSV:
        names = [info.serialization_alias or info.alias or name for name, info in model.model_fields.items()]
        return Csv(names, lambda row: list(row.model_dump(mode="json", by_alias=True).values()), for_spreadsheets=for_spreadsheets)
    from channel_service.exporting.parquet import Parquet, columns

    return Parquet(columns(model))
