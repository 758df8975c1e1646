"""A log in memory, which decides by the very code of the log: for use cases, and for thousands of orders of arrival."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from channel_events.log.draft import Draft, Entry, Head, Tail, Task
from channel_events.partition import PARTITIONS
from channel_events.pure import Actor, Decider, Lacking, Need, On, UseCase, stream_id

from channel_testing.deciders import TODAY

Command = TypeVar("Command")
State = TypeVar("State")

_BY = Actor("test")


class Desk:
    """``events`` are those of each stream so far. ``copies`` tell what is known of others: a mapping for each `Need`."""

    def __init__(self, *deciders: Decider[Any, Any, Any], copies: Mapping[Need[Any], Mapping[str, Any]] | None = None) -> None:
        self.events: dict[str, list[Any]] = {}
        self.copies = dict(copies or {})
        self.today = TODAY
        self._deciders = {decider.name: decider for decider in deciders}
        self._states: dict[str, Entry] = {}
        self._head = Head(0, UUID(int=0), tuple(Tail(0, UUID(int=0)) for _ in range(PARTITIONS)))

    def do(self, *targets: On, imported: bool = False) -> tuple[Any, ...]:
        """The events that the commands come to, all of them kept or none; raises `Rejected`."""
        return self.use(lambda _: targets, None, imported=imported)

    def use(self, case: Callable[[Command], UseCase], command: Command, *, imported: bool = False) -> tuple[Any, ...]:
        """The same for a use case."""
        task = Task(lambda: case(command), _BY, None, imported=imported)
        found: dict[tuple[Need[Any], str], Any] = {}
        while True:
            draft = Draft(self._head, self._states, self.today, found)
            try:
                draft.decide(task)
                break
            except Lacking as lacking:
                self._states |= {stream: Entry(self._initial(stream), 0, None) for stream in lacking.streams}
                found |= {(need, key): self.copies.get(need, {}).get(key) for need, key in lacking.needs}
        self._head = draft.head
        self._states |= draft.states
        for one in draft.events:
            self.events.setdefault(one.stream, []).append(one.event)
        return tuple(one.event for one in draft.events)

    def state(self, decider: Decider[Any, State, Any], key: str) -> State:
        entry = self._states.get(stream_id(decider.name, key))
        return decider.initial if entry is None else entry.state

    def _initial(self, stream: str) -> Any:
        return self._deciders[stream.partition("/")[0]].initial
