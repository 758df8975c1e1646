"""``given(ORDER, *events).when(command).then(*events)``: a decider's promises, with nothing running."""

from typing import Any

import msgspec

from channel_events.pure import Decider, Registry, Rejected, event_type
from channel_events.testing.failing import must


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

    def when(self, command: Any) -> Decided:
        state = self._decider.fold(self._stored(one) for one in self._events)
        before = repr(state)
        try:
            decided = tuple(self._decider.decide(command, state))
        except Rejected as rejected:
            return Decided((), rejected)
        self._check_kept(self._decider.fold((self._stored(one) for one in decided), state))
        must(repr(state) == before, f"{self._decider.name}: decide or evolve changed the state it was given")
        return Decided(decided, None)

    def _check_kept(self, state: Any) -> None:
        """The state as it comes back from a snapshot, where the decider has them."""
        if self._decider.state is not None:
            again = msgspec.json.decode(msgspec.json.encode(state), type=self._decider.state)
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
