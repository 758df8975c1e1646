"""What an event is: a frozen msgspec struct with a name, a version and a promise."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=type[msgspec.Struct])


class EventType(msgspec.Struct, frozen=True):
    """How a class of events is called in the log (``type``) and outside (``wire``)."""

    name: str
    version: int
    public: bool
    cls: type[msgspec.Struct]

    @property
    def type(self) -> str:
        """Local name, as stored in the log: ``order_placed``, or ``order_placed.v2`` from version 2 on."""
        return self.name if self.version == 1 else f"{self.name}.v{self.version}"

    def wire(self, service: str) -> str:
        """Name in the published language: ``orders_inventory.order_placed``."""
        return f"{service.replace('-', '_')}.{self.type}"


# msgspec's metaclass takes no keyword of ours and its structs have no __dict__, so the decorator keeps the facts here.
_TYPES: dict[type, EventType] = {}


def event(name: str, *, version: int = 1, public: bool = False) -> Callable[[S], S]:
    """Declares a struct as an event.

    A public event is a promise with a contract under ``contracts/``; only public events leave the service.
    Fields carry no computed defaults: an old record must read the same for ever.
    """

    def declare(cls: S) -> S:
        _TYPES[cls] = EventType(name, version, public, cls)
        return cls

    return declare


def event_type(cls: type) -> EventType:
    """The declaration of an event class; ``TypeError`` when it was never declared."""
    try:
        return _TYPES[cls]
    except KeyError:
        raise TypeError(f"{cls.__name__} is not an event: decorate it with @event(name)") from None


class Registry:
    """The event classes of one source by stored type, with a typed decoder for each.

    Unknown types decode to ``None``: readers ignore and count what they do not know.
    """

    def __init__(self, classes: Iterable[type[msgspec.Struct]]) -> None:
        self.types: dict[str, EventType] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        for cls in classes:
            declared = event_type(cls)
            if self.types.setdefault(declared.type, declared).cls is not cls:
                raise TypeError(f"two classes are declared as event {declared.type!r}")
            self._decoders[declared.type] = msgspec.json.Decoder(cls)

    def decode(self, type_: str, data: bytes | str) -> Any:
        """The event object, ``None`` for a type not in the registry; ``msgspec.ValidationError`` for bad data."""
        decoder = self._decoders.get(type_)
        return None if decoder is None else decoder.decode(data)
