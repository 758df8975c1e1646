"""Says what is wrong in a mapping in the words of the file: the place, and what is allowed there."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError


def explain(model: type[BaseModel], wrong: ValidationError) -> Iterator[str]:
    """A line per mistake, such as ``orders.line.qty: is not known here; allowed are line, sku, quantity``."""
    for error in wrong.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in error["loc"]) or "the file"
        match error["type"]:
            case "extra_forbidden":
                yield f"{place}: is not known here; allowed are {', '.join(_allowed(model, error['loc'][:-1]))}"
            case "missing":
                yield f"{place}: is missing"
            case "value_error":
                yield f"{place}: {error['msg'].removeprefix('Value error, ')}"
            case _:
                yield f"{place}: {error['msg']}, got {_shown(error['input'])}"


def _shown(written: object) -> str:
    text = repr(written)
    return text if len(text) <= 60 else text[:57] + "..."


def _allowed(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The names that fields have at ``place``."""
    here: Any = model
    for part in place:
        found = _models(here)
        if isinstance(part, str) and found:
            for name, field in found[0].model_fields.items():
                if part in (name, field.alias):
                    here = field.annotation
    return [field.alias or name for found in _models(here)[:1] for name, field in found.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType, list, dict) or get_args(annotation):
        return [model for argument in get_args(annotation) for model in _models(argument)]
    return []
