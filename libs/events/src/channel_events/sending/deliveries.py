"""A delivery: one intent on its way out. Each try and its end are events of its stream, which alone says whether it may be tried."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from channel_events.pure import Decider, Known, Rejected, event


@event("delivery_begun")
class DeliveryBegun(Struct, frozen=True):
    """The event ``intent`` is to be carried out at ``target``; ``shown`` is what the list of deliveries tells of it."""

    intent: str
    target: str
    shown: dict[str, str | None] = {}


@event("delivery_tried")
class DeliveryTried(Struct, frozen=True):
    """Try ``number``, from 1, begins. When nothing was heard of it by ``until``, whoever made it is dead, and it may be tried again."""

    number: int
    until: datetime


@event("delivery_sent")
class DeliverySent(Struct, frozen=True):
    """It got there; ``answer`` is what the other side said."""

    number: int
    answer: str | None = None


@event("delivery_failed")
class DeliveryFailed(Struct, frozen=True):
    """It did not get there, or nobody knows; to be tried again at ``again_at``. None: another try is under way or has ended it."""

    number: int
    reason: str
    again_at: datetime | None


@event("delivery_given_up")
class DeliveryGivenUp(Struct, frozen=True):
    """The last try failed, or the other side wants no other. It rests until somebody re-drives it."""

    number: int
    reason: str


@event("delivery_redriven")
class DeliveryRedriven(Struct, frozen=True):
    """After ``tries`` it is to be tried again, as often as at first."""

    tries: int


class Begin(Struct, frozen=True):
    intent: str
    target: str
    shown: dict[str, str | None]


class Try(Struct, frozen=True):
    """The next try, number ``number``, begins now, at ``at``: refused when somebody else makes it or it is not due."""

    number: int
    at: datetime
    until: datetime


class Sent(Struct, frozen=True):
    number: int
    answer: str | None = None


class Failed(Struct, frozen=True):
    """``again_at`` None: no use in trying again."""

    number: int
    reason: str
    again_at: datetime | None


class Redrive(Struct, frozen=True):
    """Try again what was given up."""


DeliveryCommand: TypeAlias = Begin | Try | Sent | Failed | Redrive
DeliveryEvent: TypeAlias = DeliveryBegun | DeliveryTried | DeliverySent | DeliveryFailed | DeliveryGivenUp | DeliveryRedriven
EVENTS = (DeliveryBegun, DeliveryTried, DeliverySent, DeliveryFailed, DeliveryGivenUp, DeliveryRedriven)


class Delivery(Struct, frozen=True):
    """``tries`` made, ``first`` of them before it was last re-driven; ``open`` are those whose end is not known."""

    begun: bool = False
    tries: int = 0
    first: int = 0
    due_at: datetime | None = None
    open: frozenset[int] = frozenset()
    sent: bool = False
    given_up: bool = False


UNHEARD = "nothing was heard of the last try"


def decide(most: int, command: DeliveryCommand, delivery: Delivery, _: Known) -> Iterator[DeliveryEvent]:
    match command:
        case Begin(intent=intent, target=target, shown=shown):
            if not delivery.begun:
                yield DeliveryBegun(intent, target, shown)
        case Try():
            yield from _try(most, command, delivery)
        case Sent(number=number, answer=answer):
            if number in delivery.open:
                yield DeliverySent(number, answer)
        case Failed():
            yield from _fail(most, command, delivery)
        case Redrive() if delivery.sent or not delivery.begun:
            raise Rejected("delivery_sent" if delivery.sent else "delivery_unknown")
        case Redrive():
            if delivery.given_up:
                yield DeliveryRedriven(delivery.tries)


def _try(most: int, command: Try, delivery: Delivery) -> Iterator[DeliveryTried | DeliveryGivenUp]:
    over = delivery.sent or delivery.given_up or not delivery.begun
    if over or command.number != delivery.tries + 1 or (delivery.due_at is not None and command.at < delivery.due_at):
        raise Rejected("delivery_not_due")
    if delivery.tries - delivery.first >= most:  # whoever made the last one died of it
        yield DeliveryGivenUp(delivery.tries, UNHEARD)
    else:
        yield DeliveryTried(command.number, command.until)


def _fail(most: int, command: Failed, delivery: Delivery) -> Iterator[DeliveryFailed | DeliveryGivenUp]:
    number, reason = command.number, command.reason
    if number not in delivery.open:
        return
    if number < delivery.tries or delivery.sent or delivery.given_up:
        yield DeliveryFailed(number, reason, None)
    elif command.again_at is None or number - delivery.first >= most:
        yield DeliveryGivenUp(number, reason)
    else:
        yield DeliveryFailed(number, reason, command.again_at)


def evolve(delivery: Delivery, event: DeliveryEvent) -> Delivery:
    match event:
        case DeliveryBegun():
            return replace(delivery, begun=True)
        case DeliveryTried(number=number, until=until):
            return replace(delivery, tries=number, due_at=until, open=delivery.open | {number})
        case DeliverySent(number=number):
            return replace(delivery, sent=True, given_up=False, open=delivery.open - {number})
        case DeliveryFailed(number=number, again_at=again_at):
            return replace(delivery, due_at=again_at or delivery.due_at, open=delivery.open - {number})
        case DeliveryGivenUp():
            return replace(delivery, given_up=True)  # its last try may yet turn out to have got there
        case DeliveryRedriven(tries=tries):
            return replace(delivery, given_up=False, due_at=None, first=tries)


def deliveries(kind: str, most: int) -> Decider[Any, Delivery, Any]:
    """The streams of one sender's deliveries, of which each is tried ``most`` times before it is given up."""
    return Decider(kind, initial=Delivery(), decide=partial(decide, most), evolve=evolve, events=EVENTS)
