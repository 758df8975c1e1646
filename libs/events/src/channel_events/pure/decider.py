"""Deciding: pure functions from a command and a state to events."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from channel_events.pure.recorded import stream_id

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

    ``decide(command, state)`` yields events or raises `Rejected`; no events is idempotent success. ``evolve(state,
    event)`` returns the next state and never changes the one it was given: states are cached and shared. Both are
    synchronous and pure: time and new ids arrive in the command.

    ``state`` is the type of its states as msgspec reads it; with it long streams have snapshots, which spare reading all
    of their events. Snapshots are of a ``version``: raise it whenever ``evolve``, or what a state means, changes, or states
    of before would be taken for those of today. Another form of the state type is seen without that.
    """

    def __init__(
        self,
        name: str,
        *,
        initial: State,
        decide: Callable[[Command, State], Iterable[Event]],
        evolve: Callable[[State, Event], State],
        events: Iterable[type[Event]],
        state: Any = None,
        version: int = 1,
    ) -> None:
        self.name = name
        self.state = state
        self.version = version
        self.initial = initial
        self.decide = decide
        self.evolve = evolve
        self.events = tuple(events)

    def fold(self, events: Iterable[Event], state: State | None = None) -> State:
        """The state after these events, from ``state`` or from the beginning."""
        current = self.initial if state is None else state
        for one in events:
            current = self.evolve(current, one)
        return current


class On(msgspec.Struct, frozen=True):
    """One command aimed at one stream: ``On(ORDER, order_id, PlaceOrder(...))``."""

    decider: Decider[Any, Any, Any]
    key: str
    command: Any

    @property
    def stream(self) -> str:
        return stream_id(self.decider.name, self.key)
