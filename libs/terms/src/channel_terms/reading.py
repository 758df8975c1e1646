"""From a parsed JSON document to a struct: first the rules about what was written, then the struct's own types and limits."""

from collections.abc import Callable, Iterable
from functools import cache
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from channel_terms.written import Written

T = TypeVar("T", bound=Struct)
Fix = Callable[[Any], Any]


class Reader(Generic[T]):
    """Reads documents as ``cls``. It stops at the first fault, which is enough to know that there is one.

    Types are not guessed: the text ``"12"`` is no whole number. Unknown fields are refused where the struct forbids them.
    """

    def __init__(self, cls: type[T]) -> None:
        self.cls = cls
        self._fix = _of_struct(cls)

    def read(self, document: Any) -> T:
        """The struct; `Wrong` or ``msgspec.ValidationError`` when the document is none. The document may be changed."""
        return msgspec.convert(document if self._fix is None else self._fix(document), self.cls)


@cache
def _of_struct(cls: type[Struct]) -> Fix | None:
    names = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    hints = get_type_hints(cls, include_extras=True)
    fixes = [(encoded, fix) for name, encoded in names if (fix := _of(hints[name])) is not None]
    if not fixes:
        return None

    def read(document: Any) -> Any:
        if isinstance(document, dict):
            for name, fix in fixes:
                if name in document:
                    document[name] = fix(document[name])
        return document

    return read


def _of(annotation: Any) -> Fix | None:
    """What is to be done to a value with this annotation before it is read; None when nothing is."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _chain([*(one.read for one in more if isinstance(one, Written)), _of(inner)])
    if origin in (Union, UnionType):
        parts = [fix for one in get_args(annotation) if (fix := _of(one)) is not None]
        if len(parts) > 1:
            raise TypeError(f"{annotation}: at most one part of a union may have rules about what is written")
        return _unless_null(parts[0]) if parts else None
    if origin in (tuple, list):
        each = _of(get_args(annotation)[0])
        return None if each is None else _each(each)
    return _of_struct(annotation) if isinstance(annotation, type) and issubclass(annotation, Struct) else None


def _chain(steps: Iterable[Fix | None]) -> Fix | None:
    fixes = [step for step in steps if step is not None]
    if len(fixes) < 2:
        return fixes[0] if fixes else None

    def read(value: Any) -> Any:
        for fix in fixes:
            value = fix(value)
        return value

    return read


def _unless_null(fix: Fix) -> Fix:
    return lambda value: None if value is None else fix(value)


def _each(fix: Fix) -> Fix:
    return lambda value: [fix(one) for one in value] if isinstance(value, list) else value
