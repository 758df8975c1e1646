"""A counter that goes up to ten."""

from collections.abc import Iterator
from datetime import date

from channel_events.pure import Decider, Known, Rejected, command, event
from channel_terms import Currency, Money, Name, Quantity
from msgspec import Struct

LIMIT = 10


@event("raised")
class Raised(Struct, frozen=True):
    by: int
    occurred_on: date


@command("raise", stream="counter/{counter}")
class Raise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up it goes."""

    counter: str
    by: Quantity
    note: Name | None = None
    price: Money | None = None
    currency: Currency | None = None
    on: date | None = None


def decide(asked: Raise, value: int, known: Known) -> Iterator[Raised]:
    if value + asked.by > LIMIT:
        raise Rejected("counter_full", value=value, limit=LIMIT)
    yield Raised(asked.by, asked.on or known.today)


def evolve(value: int, happened: Raised) -> int:
    return value + happened.by


COUNTER = Decider("counter", initial=0, decide=decide, evolve=evolve, events=[Raised])
