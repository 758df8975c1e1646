"""Rows of a list straight to JSON: what a pydantic model would say of them, without making one of each row."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
import sqlalchemy as sa
from pydantic import BaseModel

from channel_service.models import Amount
from channel_service.reading.shape import Shape, in_order, named

_AMOUNT = get_args(Amount)
_AS_IT_IS = (str, bool, int, date, datetime)
_ENCODE = msgspec.json.Encoder().encode


class PlainRows(NamedTuple):
    """How rows of a model are read, and said: ``shape`` asks for a value of each field and then for those of the order."""

    shape: Shape
    make: Any
    fields: int
    key: int

    def page(self, rows: Sequence[Sequence[Any]], next_: str | None) -> bytes:
        """The JSON of a `channel_service.paging.Page` of these rows."""
        make, fields = self.make, self.fields
        return _ENCODE({"items": [make(*row[:fields]) for row in rows], "next": next_})

    def key_of(self, row: Sequence[Any]) -> Sequence[Any]:
        """The values of the columns of the order."""
        return row[self.fields : self.fields + self.key]


def plain_rows(model: type[BaseModel], order: Sequence[sa.ColumnElement[Any]], *, descending: bool) -> PlainRows | None:
    """None for a model that says more than its rows do: with validators, defaults, other names, or fields that are no plain values."""
    decorators = model.__pydantic_decorators__
    casts = [_cast(model, name) for name in model.model_fields]
    if None in casts or any(getattr(decorators, one.name) for one in fields(decorators)):
        return None
    names = list(model.model_fields)
    columns = [f"{named(name)}{cast}" for name, cast in zip(names, casts, strict=True)]
    columns += [named(str(column.name)) for column in order]
    shape = Shape(", ".join(columns), in_order(order, descending=descending))
    return PlainRows(shape, msgspec.defstruct(model.__name__, names, gc=False), len(names), len(order))


def _cast(model: type[BaseModel], name: str) -> str | None:
    """What SQL makes of a column so that it is what the field says; None where that cannot be said."""
    field = model.model_fields[name]
    if not field.is_required() or field.alias or field.serialization_alias or field.exclude:
        return None
    kind, beside = field.annotation, field.metadata
    if get_origin(kind) in (Union, UnionType):
        others = [one for one in get_args(kind) if one is not type(None)]
        if len(others) != 1 or beside:
            return None
        kind, beside = others[0], []
    if get_origin(kind) is Annotated:
        kind, *beside = get_args(kind)
    if kind is _AMOUNT[0] and beside[: len(_AMOUNT) - 1] == list(_AMOUNT[1:]):
        return "::text"  # as PostgreSQL writes it: all its decimals and no exponent
    if any(callable(getattr(one, "__get_pydantic_core_schema__", None)) for one in beside):
        return None  # it may say something else than it got
    text = get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, str | Enum))
    return "" if text or kind in _AS_IT_IS or kind == list[str] else None
