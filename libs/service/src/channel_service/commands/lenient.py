"""A struct as a model that finds every fault of a document, each with its place, and describes itself in OpenAPI.

Reading stops at the first fault and says it in the words of a machine; a person wants to know all of them. So a document that could
not be read is looked at again by this model, which is made from the struct itself.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from channel_terms import Written
from msgspec import UNSET, Meta, Struct, UnsetType
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from channel_service.models import Day

_STRICT = {bool: Annotated[bool, Field(strict=True)], int: Annotated[int, Field(strict=True)], date: Day, datetime: AwareDatetime}
_LIMITS = ("title", "description", "examples", "gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")

MOST_UNKNOWN = 50


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


@cache
def model_of(cls: type[Struct], without: frozenset[str] = frozenset()) -> type[BaseModel]:
    """The model of ``cls`` but for the fields ``without``. Types are not guessed; it forbids what the struct forbids."""
    hints = get_type_hints(cls, include_extras=True)
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(cls):
        if field.name in without:
            continue
        default: Any = ...
        if not field.required:
            default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        # Described in OpenAPI, where a part is an object.
        default = msgspec.to_builtins(default) if isinstance(default, Struct) else None if default is UNSET else default
        fields[field.encode_name] = (_type(hints[field.name]), default)
    base = _Strict if cls.__struct_config__.forbid_unknown_fields else _Tolerant
    return create_model(cls.__name__, __base__=base, __doc__=cls.__doc__, **fields)


def _type(annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_type(arguments[0]), *_limits(arguments[1:]))]
    if origin in (Union, UnionType):
        return Union[tuple(_type(one) for one in arguments if one is not UnsetType)]  # noqa: UP007 - of a number known only here
    if origin is tuple:
        return list.__class_getitem__(_type(arguments[0]))
    if origin is dict:
        return dict.__class_getitem__((arguments[0], _type(arguments[1])))
    if annotation is Decimal:
        return Decimal
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return model_of(annotation)
    return _STRICT.get(annotation, annotation)


def _limits(more: tuple[Any, ...]) -> Iterator[Any]:
    for one in more:
        if isinstance(one, Meta):
            said = {name: value for name in _LIMITS if (value := getattr(one, name)) is not None}
            if "pattern" in said:
                said["pattern"] = said["pattern"].replace(r"\Z", "$")  # what Python calls the end, where `$` also is before a line break
            yield Field(**said)
        elif isinstance(one, Written):
            yield BeforeValidator(one.read)
            if one.schema is not None:
                yield WithJsonSchema(dict(one.schema))


def fewer_unknown(document: Any, model: type[BaseModel]) -> Any:
    """The document without most of the names that the model forbids, where there are more than `MOST_UNKNOWN` in all: each is a fault of
    its own to pydantic, and fifty thousand of them would hold everybody else up."""
    return _fewer(document, model, [MOST_UNKNOWN])


def _fewer(value: Any, model: type[BaseModel], left: list[int]) -> Any:
    if isinstance(value, list):
        return [_fewer(one, model, left) for one in value]
    if not isinstance(value, dict):
        return value
    known, inner = _names(model)
    if not inner and value.keys() <= known:
        return value
    kept: dict[Any, Any] = {}
    for name, one in value.items():
        if name not in known:
            if left[0] <= 0:
                continue
            left[0] -= 1
        kept[name] = _fewer(one, inner[name], left) if name in inner else one
    return kept


@cache
def _names(model: type[BaseModel]) -> tuple[frozenset[str], dict[str, type[BaseModel]]]:
    """The names of its fields, and the models of those that are made of one, by itself or in a list."""
    inner = {name: found for name, field in model.model_fields.items() if (found := _model_in(field.annotation)) is not None}
    return frozenset(model.model_fields), inner


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)
