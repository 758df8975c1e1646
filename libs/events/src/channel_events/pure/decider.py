"""Deciding: pure functions from a command and a state to events."""

from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar, overload

import msgspec

from channel_events.pure.commands import command_type
from channel_events.pure.known import Known, Need
from channel_events.pure.recorded import stream_id, stream_tag

State = TypeVar("State")
Command = TypeVar("Command")
Event = TypeVar("Event", bound=msgspec.Struct)


class Rejected(Exception):
    """A command that cannot be done, with a stable ``code`` and the facts a person needs to see why.

    Texts for people (zh, en) and the HTTP status belong to the code's entry in the service's ``problems.py``.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return self.code + "".join(f" {name}={value!r}" for name, value in self.facts.items())


class Decider(Generic[Command, State, Event]):
    """One kind of stream: its name, the classes of its events, its initial state, ``decide`` and ``evolve``.

    ``decide(command, state, known)`` yields events or raises `Rejected`; no events is idempotent success. ``evolve(state,
    event)`` returns the next state and never changes the one it was given: states are cached and shared. Both are
    synchronous and pure: the day and what local copies tell arrive in `Known`. ``needs`` names what it asks them for.

    ``state`` is the type of its states as msgspec reads it; with it long streams have snapshots, which spare reading all
    of their events. Snapshots are of a ``version``: raise it whenever ``evolve``, or what a state means, changes, or states
    of before would be taken for those of today. Another form of the state type is seen without that. Where states
    are of a class that msgspec does not know, ``state`` is what they are kept as, and ``kept`` makes that of a state, and a
    state of that.
    """

    def __init__(
        self,
        name: str,
        *,
        initial: State,
        decide: Callable[[Command, State, Known], Iterable[Event]],
        evolve: Callable[[State, Event], State],
        events: Iterable[type[Event]],
        needs: Iterable[Need[Any]] = (),
        state: Any = None,
        version: int = 1,
        kept: tuple[Callable[[State], Any], Callable[[Any], State]] | None = None,
    ) -> None:
        self.name = name
        self.state = state
        self.version = version
        self.kept = kept
        self.initial = initial
        self.decide = decide
        self.evolve = evolve
        self.events = tuple(events)
        self.needs = tuple(needs)

    def keep(self, state: State) -> bytes:
        """The state as JSON, for `unkeep`. Raises what msgspec raises when it has no such form."""
        return msgspec.json.encode(self.kept[0](state) if self.kept else state)

    def unkeep(self, data: bytes) -> State:
        """A state that was kept. Raises ``msgspec.MsgspecError`` when it is not of the form that states have today."""
        state: Any = msgspec.json.decode(data, type=self.state)
        return self.kept[1](state) if self.kept else state

    def fold(self, events: Iterable[Event], state: State | None = None) -> State:
        """The state after these events, from ``state`` or from the beginning."""
        current = self.initial if state is None else state
        for one in events:
            current = self.evolve(current, one)
        return current


class On:
    """One command aimed at one stream: ``On(ORDER, PlaceOrder(...))``, or ``On(STOCK, warehouse, Reserve(...))`` with a key that the
    command itself does not name. A use case that yields one is sent the events that it came to."""

    __slots__ = ("command", "decider", "key", "stream")

    @overload
    def __init__(self, decider: Decider[Any, Any, Any], command: Any, /) -> None: ...
    @overload
    def __init__(self, decider: Decider[Any, Any, Any], key: str, command: Any, /) -> None: ...
    def __init__(self, decider: Decider[Any, Any, Any], *aimed: Any) -> None:
        self.decider = decider
        self.command = aimed[-1]
        if len(aimed) == 1:
            declared = command_type(type(self.command))
            if declared.kind != decider.name:
                raise TypeError(f"{type(self.command).__name__} is aimed at a stream of {declared.kind}, not of {decider.name}")
            self.key = declared.key_of(self.command)
        else:
            self.key = aimed[0]
        self.stream = stream_id(decider.name, self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, On) and (self.stream, self.command) == (other.stream, other.command)

    def __hash__(self) -> int:
        return hash(self.stream)

    def __repr__(self) -> str:
        return f"On({self.stream!r}, {self.command!r})"


class Current(NamedTuple, Generic[State]):
    """A stream as it is: its state, its version, and the id of its last event (None for a stream without events)."""

    state: State
    version: int
    last: object

    @property
    def tag(self) -> str | None:
        """Names the stream's very state; None for a stream without events."""
        return stream_tag(self.version, self.last)


class Ask:
    """A question of a use case: ``order = yield Ask(ORDER, key)`` is the stream as it is, a `Current`, with all that was decided
    before it; ``partner = yield Ask(PARTNER, id)`` is what a local copy tells (`Need`), None when it has not heard of it."""

    __slots__ = ("key", "of")

    def __init__(self, of: Decider[Any, Any, Any] | Need[Any], key: str) -> None:
        self.of = of
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ask) and (self.of, self.key) == (other.of, other.key)

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Ask({self.of.name!r}, {self.key!r})"


Steps: TypeAlias = Generator[On | Ask | list[On], Any, Any]
"""What a use case that waits for answers yields; commands in a list are answered together, so what they need is read together."""
UseCase: TypeAlias = Iterable[On | Ask | list[On]] | Steps
"""Which commands go to which streams: all of them are one write, or none."""
