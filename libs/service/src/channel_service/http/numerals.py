"""Whole numbers in queries and paths are written in digits, as in bodies and files.

Left alone, pydantic takes a text for a number as Python would: ``1_000``, ``5.0``, blanks around. What a slip or another program means
by those is not for us to guess.
"""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError

_LAX = TypeAdapter(int)
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}", re.ASCII)


class Numerals:
    """Of one route: its parameters that are whole numbers, those of its dependencies as well."""

    def __init__(self, dependant: Dependant) -> None:
        self.query = frozenset(_whole(dependant, "query_params"))
        self.path = frozenset(_whole(dependant, "path_params"))

    def __bool__(self) -> bool:
        return bool(self.query or self.path)

    def check(self, request: Request) -> None:
        """``RequestValidationError``, as for every value that is no number, for parameters that are written otherwise."""
        given = request.path_params
        errors = [_error("path", name) for name in self.path & given.keys() if _is_odd(given[name])]
        if self.query and request.scope["query_string"]:
            errors += [_error("query", name) for name, value in request.query_params.multi_items() if name in self.query and _is_odd(value)]
        if errors:
            raise RequestValidationError(errors)


def _is_odd(value: Any) -> bool:
    """Whether pydantic would take it though it is not written so; what it refuses it describes by itself."""
    if not isinstance(value, str) or _WHOLE.fullmatch(value):
        return False
    try:
        _LAX.validate_python(value)
    except ValidationError:
        return False
    return True


def _error(where: str, name: str) -> dict[str, Any]:
    message = "Input should be a valid integer, unable to parse string as an integer"
    return {"type": "int_parsing", "loc": (where, name), "msg": message, "input": None}


def _whole(dependant: Dependant, kind: str) -> Iterator[str]:
    for field in getattr(dependant, kind):
        if isinstance(annotation := field.field_info.annotation, type) and issubclass(annotation, BaseModel):
            yield from (info.alias or name for name, info in annotation.model_fields.items() if _is_whole(info.annotation))
        elif _is_whole(annotation):
            yield field.alias
    for one in dependant.dependencies:
        yield from _whole(one, kind)


def _is_whole(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_whole(get_args(annotation)[0])
    if origin in (Union, UnionType):
        others = [one for one in get_args(annotation) if one is not type(None)]
        return len(others) == 1 and _is_whole(others[0])
    return origin is list and _is_whole(get_args(annotation)[0]) if origin is not None else annotation is int
