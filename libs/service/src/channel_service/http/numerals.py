"""Whole numbers in queries and paths are written in digits, as in bodies and files.

Left alone, pydantic takes a text for a number as Python would: ``1_000``, ``5.0``, blanks around. What a slip or another program means
by those is not for us to guess.
"""

import re
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from channel_service.http.parameters import bare, fields_of

_LAX = TypeAdapter(int)
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}", re.ASCII)


class Numerals:
    """Of one route: its parameters that are whole numbers, those of its dependencies as well."""

    def __init__(self, dependant: Dependant) -> None:
        self.query, self.path = (_whole(dependant, kind) for kind in ("query_params", "path_params"))

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


def _whole(dependant: Dependant, kind: str) -> frozenset[str]:
    return frozenset(name for name, annotation in fields_of(dependant, kind) if _is_whole(annotation))


def _is_whole(annotation: Any) -> bool:
    kind = bare(annotation)
    return _is_whole(get_args(kind)[0]) if get_origin(kind) is list else kind is int
