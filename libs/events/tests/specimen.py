"""A small domain for the library's own tests: jars of marbles, and a shelf that is told (in public) what they hold."""

from datetime import date

from channel_events.pure import Decider, Known, Rejected, event
from msgspec import Struct


@event("marbles_added")
class MarblesAdded(Struct, frozen=True):
    count: int
    note: str = ""


@event("marbles_taken", public=True)
class MarblesTaken(Struct, frozen=True):
    count: int
    occurred_on: date


class Put(Struct, frozen=True):
    count: int
    note: str = ""


class Take(Struct, frozen=True):
    count: int
    on: date = date(2026, 1, 31)


class Break(Struct, frozen=True):
    """Meets a bug in the decider."""


JarCommand = Put | Take | Break
JarEvent = MarblesAdded | MarblesTaken


def decide(command: JarCommand, inside: int, _: Known) -> list[JarEvent]:
    match command:
        case Put(count=0):
            return []
        case Put(count=count, note=note):
            return [MarblesAdded(count, note)]
        case Take(count=count, on=on):
            if count > inside:
                raise Rejected("too_few", wanted=count, inside=inside)
            return [MarblesTaken(count, on)]
        case Break():
            raise ZeroDivisionError("a bug")


def evolve(inside: int, event: JarEvent) -> int:
    return inside + event.count if isinstance(event, MarblesAdded) else inside - event.count


JAR: Decider[JarCommand, int, JarEvent] = Decider("jar", initial=0, decide=decide, evolve=evolve, events=[MarblesAdded, MarblesTaken])
