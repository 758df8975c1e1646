"""What a command is: a struct that says what somebody asks for and nothing else, whichever door it comes through."""

from collections.abc import Callable
from string import Formatter
from typing import Any, TypeVar

import msgspec

C = TypeVar("C", bound=type[msgspec.Struct])


class CommandType(msgspec.Struct, frozen=True):
    """How a class of commands is called, and which stream one is aimed at: ``kind`` and the ``key`` that its ``named`` fields make."""

    name: str
    kind: str
    key: str
    named: tuple[str, ...]


# As with events: msgspec's metaclass takes no keyword of ours and its structs have no __dict__.
_TYPES: dict[type, CommandType] = {}


def command(name: str, *, stream: str) -> Callable[[C], C]:
    """Declares a struct as a command: ``@command("place_order", stream="order/{source}:{external_id}")``.

    Every door reads the struct itself, so its fields carry limits, descriptions and examples, and hold nothing that was looked up:
    no clock, no fact of others, no flag of a door. What a decision needs of those stands beside it, in `Known`. A field that names
    the stream and may be left out (None) is given a new id by the door.
    """
    kind, _, key = stream.partition("/")
    named = tuple(field for _, field, _, _ in Formatter().parse(key) if field is not None)

    def declare(cls: C) -> C:
        if missing := set(named) - set(cls.__struct_fields__):
            raise TypeError(f"{cls.__name__} has no field {', '.join(sorted(missing))}, which its stream {stream!r} is named by")
        _TYPES[cls] = CommandType(name, kind, key, named)
        return cls

    return declare


def command_type(cls: type) -> CommandType:
    """The declaration of a command's class, or of the class that it extends; ``TypeError`` when there is none."""
    for one in cls.__mro__:
        if one in _TYPES:
            return _TYPES[one]
    raise TypeError(f"{cls.__name__} is not declared: decorate it with @command(name, stream=...), or say which key it is aimed at")


def key_of(command: Any) -> str:
    """The key of the stream that a command is aimed at."""
    declared = command_type(type(command))
    return declared.key.format_map({field: getattr(command, field) for field in declared.named})
