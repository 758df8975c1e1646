"""The specimen's next version, which knows an event that today's does not; and today's with a bug."""

from typing import Any

from channel_events.pure import Decider, Known, event
from msgspec import Struct

from .specimen import JAR, MarblesAdded, decide, evolve


@event("marbles_doubled")
class MarblesDoubled(Struct, frozen=True):
    """For each marble another one came in."""


class Double(Struct, frozen=True):
    pass


def decide_newer(command: Any, inside: int, known: Known) -> Any:
    return [MarblesDoubled()] if isinstance(command, Double) else decide(command, inside, known)


def evolve_newer(inside: int, event: Any) -> int:
    return inside * 2 if isinstance(event, MarblesDoubled) else evolve(inside, event)


NEWER: Decider[Any, int, Any] = Decider("jar", initial=0, decide=decide_newer, evolve=evolve_newer, events=[*JAR.events, MarblesDoubled])


def breaking(*counts: int) -> Decider[Any, int, Any]:
    """Cannot fold marbles that were added by one of these counts."""

    def evolve_badly(inside: int, event: Any) -> int:
        if isinstance(event, MarblesAdded) and event.count in counts:
            raise ZeroDivisionError("a bug")
        return evolve(inside, event)

    return Decider("jar", initial=0, decide=JAR.decide, evolve=evolve_badly, events=JAR.events)
