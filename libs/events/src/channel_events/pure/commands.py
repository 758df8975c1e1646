"""What a command is: a struct that says what somebody asks for and nothing else, whichever door it comes through."""

from collections.abc import Callable
from operator import attrgetter
from string import Formatter
from typing import Any, TypeVar

import msgspec

C = TypeVar("C", bound=type[msgspec.Struct])


class CommandType(msgspec.Struct, frozen=True):
    """How a class of commands is called, and which stream one is aimed at: ``kind`` and the ``key`` that its ``named`` fields make, by
    ``key_of``."""

    name: str
    kind: str
    key: str
    named: tuple[str, ...]
    key_of: Callable[[Any], str]


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
        _TYPES[cls] = CommandType(name, kind, key, named, _reading(key, named))
        return cls

    return declare


def _reading(key: str, named: tuple[str, ...]) -> Callable[[Any], str]:
    """Made once: an order of a hundred lines asks for a hundred products."""
    if not named:
        return lambda _: key
    read: Any = attrgetter(*named)
    template = key.format_map({name: f"{{{at}}}" for at, name in enumerate(named)}).format
    if len(named) == 1:
        return lambda command: template(read(command))
    return lambda command: template(*read(command))


def command_type(cls: type) -> CommandType:
    """The declaration of a command's class, or of the class that it extends; ``TypeError`` when there is none."""
    if (own := _TYPES.get(cls)) is not None:
        return own
    for one in cls.__mro__:
        if one in _TYPES:
            return _TYPES[one]
    raise TypeError(f"{cls.__name__} is not declared: decorate it with @command(name, stream=...), or say which key it is aimed at")


def key_of(command: Any) -> str:
    """The key of the stream that a command is aimed at."""
    return command_type(type(command)).key_of(command)
