"""``given(ORDER, *events).known({PARTNER: {"p-1": ...}}).when(command).then(*events)``: a decider's promises, with nothing running."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from channel_events.pure import Decider, Known, Need, Registry, Rejected, event_type

from channel_testing.failing import must

TODAY = date(2026, 11, 24)
"""The day on which specs decide, unless they say another."""


class Decided:
    """What a decider made of a command."""

    def __init__(self, events: tuple[Any, ...], rejected: Rejected | None) -> None:
        self.events = events
        self.rejected = rejected

    def then(self, *events: Any) -> None:
        """Exactly these events, in this order."""
        if self.rejected is not None:
            raise AssertionError(f"rejected: {self.rejected}") from self.rejected
        must(self.events == events, f"\nexpected: {_lines(events)}\ndecided:  {_lines(self.events)}")

    def then_nothing(self) -> None:
        """Idempotent success."""
        self.then()

    def then_rejected(self, code: str, **facts: Any) -> None:
        """Rejected with this code; of its facts those given here are compared."""
        if self.rejected is None:
            raise AssertionError(f"not rejected, but decided: {_lines(self.events)}")
        must(self.rejected.code == code, f"rejected with {self.rejected}, not {code}")
        named = {name: self.rejected.facts.get(name) for name in facts}
        must(named == facts, f"facts of {code}: {self.rejected.facts}")


class Given:
    """A stream with its history; may be used for several commands."""

    def __init__(self, decider: Decider[Any, Any, Any], events: tuple[Any, ...]) -> None:
        self._decider = decider
        self._events = events
        self._registry = Registry(decider.events)
        self._known = Known(TODAY, found=defaultdict(lambda: None))

    def known(self, copies: Mapping[Need[Any], Mapping[str, Any]] | None = None, *, today: date = TODAY, imported: bool = False) -> "Given":
        """What is known beside the command and the state; of what is not said here nobody has heard."""
        found: dict[Any, Any] = defaultdict(lambda: None)
        found.update({(need, key): value for need, told in (copies or {}).items() for key, value in told.items()})
        also = Given(self._decider, self._events)
        also._known = Known(today, imported=imported, found=found)
        return also

    def when(self, command: Any) -> Decided:
        state = self._decider.fold(self._stored(one) for one in self._events)
        before = repr(state)
        try:
            decided = tuple(self._decider.decide(command, state, self._known))
        except Rejected as rejected:
            return Decided((), rejected)
        self._check_kept(self._decider.fold((self._stored(one) for one in decided), state))
        must(repr(state) == before, f"{self._decider.name}: decide or evolve changed the state it was given")
        return Decided(decided, None)

    def _check_kept(self, state: Any) -> None:
        """The state as it comes back from a snapshot, where the decider has them."""
        if self._decider.state is not None:
            again = self._decider.unkeep(self._decider.keep(state))
            must(again == state, f"{self._decider.name}: the state {state!r} comes back from a snapshot as {again!r}")

    def _stored(self, event: Any) -> Any:
        """The event as it comes back from the log; a field that does not survive that is found here."""
        declared = event_type(type(event))
        again = self._registry.decode(declared.type, msgspec.json.encode(event))
        must(again is not None, f"{declared.type} is not among the events of decider {self._decider.name}")
        must(again == event, f"{event!r} comes back from the log as {again!r}")
        return again


def given(decider: Decider[Any, Any, Any], *events: Any) -> Given:
    """The stream of ``decider`` with these events in its past."""
    return Given(decider, events)


def _lines(events: tuple[Any, ...]) -> str:
    return "".join(f"\n  {event!r}" for event in events) or "nothing"
