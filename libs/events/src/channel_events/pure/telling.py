"""What commands say and events tell, field by field: what goes by one name is one thing, so nobody copies it by hand."""

from functools import cache
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def say(cls: type[S], event: Any) -> S:
    """The command that says what an event tells: its fields by the same names, ``on`` its business date."""
    said = msgspec.convert(event, cls, from_attributes=True)
    return msgspec.structs.replace(said, on=event.occurred_on)


def tell(cls: type[S], said: msgspec.Struct, **others: Any) -> S:
    """The event that tells what a command says, or what an earlier event told: its fields by the same names, and ``others``.

    ``TypeError`` when a field without a default is in neither. A field that both sides gain is carried without another word.
    """
    fields = {name: getattr(said, name) for name in shared(cls, type(said)) if name not in others}
    return cls(**fields, **others)


def agree(one: msgspec.Struct, other: msgspec.Struct, *, but: frozenset[str] = frozenset()) -> bool:
    """Whether the two say the same: fields of one name are equal, those named by ``but`` left aside."""
    return all(getattr(one, name) == getattr(other, name) for name in shared(type(one), type(other)) if name not in but)


@cache
def shared(one: type[msgspec.Struct], other: type[msgspec.Struct]) -> tuple[str, ...]:
    """The names of the fields that both have."""
    return tuple(name for name in one.__struct_fields__ if name in other.__struct_fields__)
