"""Examples of whole bodies, put together from those of their fields: ``Field(examples=[...])``."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

_BY_FORMAT = {
    "date": "2026-11-24",
    "date-time": "2026-11-24T04:00:00Z",
    "uuid": "0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11",
}
_BY_TYPE = {"boolean": False, "null": None}


class NoExample(LookupError):
    """A field that must be there has no example; the text is its path."""


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], path: str = "") -> Any:
    """An example that fits ``schema``; ``schemas`` are the components that it may refer to. Raises `NoExample`."""
    if "$ref" in schema:
        schema = {**schemas[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k in {"examples", "example"}}}
    if given := _given(schema):
        return given[0]
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return _choice(choices, schemas, path)
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, schemas, path)
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas, f"{path}[]")]
    if kind == "integer":
        return int(schema.get("minimum", 1))
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    raise NoExample(path or "body")


def _choice(choices: Sequence[Mapping[str, Any]], schemas: Mapping[str, Any], path: str) -> Any:
    """Of the first that is not null and has an example; null where nothing else has one."""
    for choice in (one for one in choices if one.get("type") != "null"):
        with suppress(NoExample):
            return example_of(choice, schemas, path)
    if any(one.get("type") == "null" for one in choices):
        return None
    raise NoExample(path or "body")


def _given(schema: Mapping[str, Any]) -> list[Any]:
    """What the schema itself says, best first."""
    given = [schema[name] for name in ("example", "const") if name in schema]
    given += [one for name in ("examples", "enum") for one in schema.get(name, ())[:1]]
    default = schema.get("default")
    return given if default is None else [*given, default]


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], path: str) -> dict[str, Any]:
    """All that must be there, and what else has an example."""
    made, required = {}, schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        try:
            made[name] = example_of(one, schemas, f"{path}.{name}".lstrip("."))
        except NoExample:
            if name in required:
                raise
    return made
