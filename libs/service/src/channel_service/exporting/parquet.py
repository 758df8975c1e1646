"""Parquet: rows as columns with their types.

Imported by who asks for Parquet only: its library takes 40 MB and a quarter of a second.
"""

import io
import types
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, TypeAdapter

ROW_GROUP = 20_000
"""Rows that a Parquet file holds together: few large groups read fast, and one of them is what memory holds."""

AMOUNT = pa.decimal128(38, 10)
"""Amounts have at most 10 decimals; 28 digits before the point hold every sum of them that there is."""
_PLAIN = {str: pa.string(), int: pa.int64(), bool: pa.bool_(), Decimal: AMOUNT, date: pa.date32(), datetime: pa.timestamp("us", "UTC")}


class Column(NamedTuple):
    """``value`` makes what Parquet holds from a row; what has no type of its own there is JSON text."""

    name: str
    type: pa.DataType
    value: Callable[[Any], Any]


def columns(model: type[BaseModel]) -> list[Column]:
    """A column per field of the list's rows, named as in its JSON."""
    return [_column(name, info.serialization_alias or info.alias or name, info.annotation) for name, info in model.model_fields.items()]


def _column(field: str, name: str, annotation: Any) -> Column:
    plain = _without_null(annotation)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return Column(name, pa.string(), lambda row: None if (value := getattr(row, field)) is None else str(value.value))
    if get_origin(plain) is Literal:
        return Column(name, pa.string(), lambda row: getattr(row, field))
    if plain in _PLAIN:
        return Column(name, _PLAIN[plain], lambda row: getattr(row, field))
    if get_origin(plain) is list and _without_null(get_args(plain)[0]) is str:
        return Column(name, pa.list_(pa.string()), lambda row: getattr(row, field))
    as_json: TypeAdapter[Any] = TypeAdapter(annotation)
    return Column(name, pa.string(), lambda row: None if getattr(row, field) is None else as_json.dump_json(getattr(row, field)).decode())


def _without_null(annotation: Any) -> Any:
    """The type itself, without ``| None`` and without what pydantic is told of it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        others = [one for one in get_args(annotation) if one is not type(None)]
        return _without_null(others[0]) if len(others) == 1 else annotation
    return annotation


def log_columns() -> list[Column]:
    """Of the rows of a log; ``data`` is the event's JSON as it is stored."""
    text, whole = pa.string(), pa.int64()
    types_: dict[str, pa.DataType] = {"position": whole, "version": pa.int32(), "partition": pa.int16(), "previous_position": whole}
    types_ |= {"occurred_on": pa.date32(), "recorded_on": pa.date32(), "recorded_at": _PLAIN[datetime]}
    names = ["position", "id", "stream", "version", "type", "data", "occurred_on", "recorded_at", "recorded_on", "partition"]
    names += ["previous_position", "previous_id", "actor", "reason", "correlation", "causation", "trace"]
    return [Column(name, types_.get(name, text), attrgetter(name)) for name in names]


def arrow(rows: Sequence[Any], of: Sequence[Column]) -> pa.Table:
    """The rows as a table."""
    arrays = [pa.array([column.value(row) for row in rows], type=column.type) for column in of]
    return pa.table(arrays, schema=schema(of))


def schema(of: Sequence[Column]) -> pa.Schema:
    return pa.schema([(column.name, column.type) for column in of])


class Parquet:
    """Row groups of `ROW_GROUP` rows, compressed with zstd."""

    def __init__(self, of: Sequence[Column]) -> None:
        self._columns = of
        self._waiting: list[Any] = []
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), schema(of), compression="zstd")

    def rows(self, batch: Sequence[Any]) -> bytes:
        self._waiting.extend(batch)
        if len(self._waiting) < ROW_GROUP:
            return b""
        self._write()
        return self._sink.take()

    def end(self) -> bytes:
        if self._waiting:
            self._write()
        self._writer.close()
        return self._sink.take()

    def _write(self) -> None:
        self._writer.write_table(arrow(self._waiting, self._columns))
        self._waiting.clear()


class _Sink(io.RawIOBase):
    """Takes what the writer writes, in order, until it is sent."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken
