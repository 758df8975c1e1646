"""A kind of row as columns of a table: its own fields, those of its parts, and those of its lines, all by name."""

import re
from typing import Any, Self

from msgspec import Struct, inspect

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class Columns(Struct, frozen=True):
    """``own`` fields are cells; a column in ``parts`` goes into the part named there; ``lines`` are those of each line in ``lines_field``.
    ``whole`` are columns of whole numbers.

    A document with lines is as many rows as it has lines, its other columns repeated.
    """

    own: frozenset[str]
    parts: dict[str, str]
    lines: frozenset[str]
    lines_field: str | None
    whole: frozenset[str]

    @classmethod
    def of(cls, row: type[Struct]) -> Self:
        own, parts, lines, lines_field = set(), {}, frozenset[str](), None
        whole: set[str] = set()
        for field in inspect.type_info(row).fields:  # type: ignore[attr-defined]
            one = _not_null(field.type)
            if isinstance(one, inspect.StructType):
                parts.update({inner.encode_name: field.encode_name for inner in one.fields})
            elif isinstance(one, inspect.VarTupleType) and isinstance(one.item_type, inspect.StructType):
                lines_field, lines = field.encode_name, frozenset(inner.encode_name for inner in one.item_type.fields)
                whole.update(inner.encode_name for inner in one.item_type.fields if isinstance(_not_null(inner.type), inspect.IntType))
            else:
                own.add(field.encode_name)
                whole.update({field.encode_name} if isinstance(one, inspect.IntType) else ())
        # A name that the document has itself is the document's: the currency of an order's line is that of the order.
        return cls(frozenset(own), parts, lines - own - parts.keys(), lines_field, frozenset(whole))

    def __contains__(self, name: str) -> bool:
        return name in self.own or name in self.parts or name in self.lines

    @property
    def all(self) -> frozenset[str]:
        return self.own | self.parts.keys() | self.lines

    def document(self, head: dict[str, str], lines: list[dict[str, str]]) -> dict[str, Any]:
        """The document that these cells are, as JSON would have it: whole numbers are numbers, all else stays text."""
        fields: dict[str, Any] = {}
        for name, value in self._typed(head).items():
            if part := self.parts.get(name):
                fields.setdefault(part, {})[name] = value
            else:
                fields[name] = value
        if lines and self.lines_field:
            fields[self.lines_field] = [self._typed(line) for line in lines]
        return fields

    def _typed(self, cells: dict[str, str]) -> dict[str, Any]:
        return {name: int(cell) if name in self.whole and _WHOLE.fullmatch(cell) else cell for name, cell in cells.items()}


def _not_null(type_: inspect.Type) -> inspect.Type:
    """The type itself, of one that may be null or left out."""
    if isinstance(type_, inspect.Metadata):
        return _not_null(type_.type)
    if isinstance(type_, inspect.UnionType):
        others = [one for one in type_.types if not isinstance(one, inspect.NoneType)]
        return _not_null(others[0]) if len(others) == 1 else type_
    return type_
