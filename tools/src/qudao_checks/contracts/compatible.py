"""What may change in a published schema: texts, and a field more that may be missing. Everything else breaks a reader."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import jsoncompat

from qudao_checks.contracts.schemas import Schema

_TEXTS = frozenset({"$schema", "$id", "title", "description"})
_FIELDS = frozenset({"properties", "required"})


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each way in which ``new`` is not ``old`` with optional fields added; empty when a reader of either reads both.

    A second judge that knows JSON Schema as a whole has to agree: what is sent from now on is valid by the old schema
    (open, as its readers treat it), what was sent before is valid by the new one.
    """
    found = list(_compared(old, new, "the event"))
    if not found and not (_agrees(old, new, "serializer") and _agrees(_closed(old), _closed(new), "deserializer")):
        found.append("jsoncompat sees an incompatible change")
    return found


def reads_all_of(publisher: Schema, consumer: Schema) -> bool:
    """Whether everything that the publisher may send is valid for the consumer's own model of the event."""
    return _agrees(_closed(publisher), consumer, "deserializer")


def _compared(old: Any, new: Any, where: str) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{where} was {json.dumps(old)} and is {json.dumps(new)}"
        return
    yield from _compared_fields(old, new, where)
    for key in sorted((old.keys() | new.keys()) - _TEXTS - _FIELDS):
        if key not in old or key not in new:
            yield f"{where}: {key!r} {'is new' if key in new else 'is gone'}"
        else:
            yield from _compared(old[key], new[key], where if key == "items" else f"{where}, {key}")


def _compared_fields(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed, needs = set(old.get("required", [])), set(new.get("required", []))
    for name in sorted(before.keys() - after.keys()):
        yield f"{where} has lost field {name!r}"
    for name in sorted(needs - before.keys()):
        yield f"{where} has a new field {name!r} that must be there: events written before have none; give it a default"
    for name in sorted((needs - needed) & before.keys()):
        yield f"field {name!r} of {where} must now be there"
    for name in sorted((needed - needs) & after.keys()):
        yield f"field {name!r} of {where} may now be missing"
    for name in sorted(before.keys() & after.keys()):
        yield from _compared(before[name], after[name], f"field {name!r} of {where}")


def _agrees(old: Schema, new: Schema, role: Literal["serializer", "deserializer"]) -> bool:
    # It takes an "$id" that is not a JSON pointer for a reference, and refuses it.
    first, second = (json.dumps({key: value for key, value in schema.items() if key != "$id"}) for schema in (old, new))
    return bool(jsoncompat.check_compat(first, second, role))


def _closed(part: Any) -> Any:
    if isinstance(part, dict):
        closed = {key: _closed(value) for key, value in part.items()}
        return {**closed, "additionalProperties": False} if "properties" in part else closed
    return [_closed(value) for value in part] if isinstance(part, list) else part
