"""A counter that goes up to ten."""

from collections.abc import Iterator
from datetime import date

from channel_events.pure import Decider, Rejected, event
from msgspec import Struct

LIMIT = 10


@event("raised")
class Raised(Struct, frozen=True):
    by: int
    occurred_on: date


class Raise(Struct, frozen=True):
    by: int
    on: date


def decide(command: Raise, value: int) -> Iterator[Raised]:
    if value + command.by > LIMIT:
        raise Rejected("counter_full", value=value, limit=LIMIT)
    yield Raised(command.by, command.on)


def evolve(value: int, happened: Raised) -> int:
    return value + happened.by


COUNTER = Decider("counter", initial=0, decide=decide, evolve=evolve, events=[Raised])
