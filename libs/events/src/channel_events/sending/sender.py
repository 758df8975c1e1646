"""Senders: an intent in the log becomes an effect outside."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from msgspec import Struct

from channel_events.pure import Actor, Change, On, Put, Recorded, Set
from channel_events.reaction import Reaction, derived_id
from channel_events.sending.deliveries import (
    EVENTS,
    Begin,
    DeliveryBegun,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryRedriven,
    DeliverySent,
    DeliveryTried,
    Redrive,
    deliveries,
)
from channel_events.sending.gates import Backoff, Breaker, PerSecond
from channel_events.view import INTEGER, TEXT, TIME, OwnLog, Table, View


class NotSent(Exception):
    """It did not get there, or the other side did not take it; ``reason`` is kept and shown, so it names no secret.

    ``again_after`` seconds, at least, as the other side asks. ``for_good``: no use in trying again.
    """

    def __init__(self, reason: str, *, again_after: float = 0.0, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.again_after, self.for_good = reason, again_after, for_good


class Outgoing(Struct, frozen=True):
    """One try: ``id`` is the same at every try, and goes out with it; ``number`` counts the tries from 1."""

    id: str
    number: int
    intent: Recorded


Send: TypeAlias = Callable[[Outgoing], Awaitable[str | None]]
"""Carries it out and returns what the other side said, in a word; `NotSent`, or any error, when it did not get there."""
Opening: TypeAlias = Callable[[Any], AbstractAsyncContextManager[Send]]


class Sender:
    """Carries out events of the classes ``intents`` that were recorded after its creation, each at least once and under one id.

    ``send`` is an async context manager that opens what sending needs, given what the process gives its senders (`SenderRun`), and
    yields the function that sends. ``id(event)`` derives the effect's id from the cause, so that whoever gets it twice knows it again;
    what has the same id is one delivery. ``target(event)`` names whom it goes to: ``limit`` and ``breaker`` count by target, and at
    most ``each`` tries go to one at a time, ``at_once`` to all. A try that takes longer than ``seconds`` has failed.

    Fields of intents named in ``shows`` are columns of its ``table``, which lists the deliveries; ``scope`` is that of `Table`.
    """

    def __init__(
        self,
        name: str,
        *,
        intents: Iterable[type[Struct]],
        send: Opening,
        id: Callable[[Recorded], str] = derived_id,  # noqa: A002 - what it is
        target: Callable[[Recorded], str] = lambda _: "",
        retry: Backoff = Backoff(),  # noqa: B008 - frozen
        limit: PerSecond | None = None,
        breaker: Breaker | None = Breaker(),  # noqa: B008 - frozen
        seconds: float = 30.0,
        at_once: int = 16,
        each: int = 4,
        shows: Iterable[str] = (),
        scope: str | None = None,
    ) -> None:
        self.name, self.send, self._id, self._target = name, send, id, target
        self.retry, self.limit, self.breaker, self.seconds, self.at_once, self.each = retry, limit, breaker, seconds, at_once, each
        self._shows = tuple(shows)
        self.deliveries = deliveries(f"{name}_delivery", retry.tries)
        self.table = Table(
            f"{name}_delivery",
            key=("id",),
            columns={**_COLUMNS, **dict.fromkeys(self._shows, TEXT)},
            indexes=[("due_at",), ("status",), ("target", "wanted_at", "id")],
            scope=scope,
        )
        self.view = View(f"{name}_deliveries", version=1, of=OwnLog(events=EVENTS), tables=self.table, changes=self._changes)
        # A reaction acts on what was recorded after its creation, once, whatever is rebuilt, refilled or begun again: so nothing but a
        # delivery's own stream has to be asked whether it may go out.
        self.reaction = Reaction(f"{name}_intents", of=OwnLog(events=intents), commands=self._begin)

    def actor(self, event: Recorded) -> Actor:
        """Who tries to carry out this intent."""
        return Actor(f"sender/{self.name}", correlation=event.correlation or event.id, causation=event.id, trace=event.trace)

    def redrive(self, id_: str) -> On:
        """The command to try again what was given up; `Rejected` for what was sent (``delivery_sent``) or never begun."""
        return On(self.deliveries, id_, Redrive())

    def _begin(self, event: Recorded) -> Iterator[On]:
        said = ((name, getattr(event.data, name)) for name in self._shows)
        shown = {name: None if value is None else str(value) for name, value in said}
        yield On(self.deliveries, self._id(event), Begin(event.id, self._target(event), shown))

    def _changes(self, event: Recorded) -> Iterator[Change]:
        if event.stream.partition("/")[0] != self.deliveries.name:
            return  # another sender's
        if isinstance(event.data, DeliveryBegun):
            begun: dict[str, Any] = {
                "status": "waiting",
                "tries": 0,
                "first": 0,
                "due_at": event.recorded_at,
                "wanted_at": event.recorded_at,
            }
            yield Put((event.key,), intent=event.data.intent, target=event.data.target, **begun, **event.data.shown)
        elif values := _said(event):
            yield Set((event.key,), **values)


_COLUMNS: Mapping[str, Any] = {
    "id": TEXT,
    "intent": TEXT,
    "target": TEXT,
    "status": TEXT,
    "tries": INTEGER,
    "first": INTEGER,
    "due_at": TIME,
    "reason": TEXT,
    "answer": TEXT,
    "wanted_at": TIME,
    "ended_at": TIME,
}


def _said(event: Recorded) -> dict[str, Any]:
    """What an event of a delivery makes of its row; ``due_at`` is null when it is over."""
    over = {"due_at": None, "ended_at": event.recorded_at}
    match event.data:
        case DeliveryTried(number=number, until=until):
            return {"status": "under_way", "tries": number, "due_at": until}
        case DeliverySent(answer=answer):
            return {"status": "sent", "answer": answer, **over}
        case DeliveryFailed(reason=reason, again_at=again_at) if again_at is not None:
            return {"status": "waiting", "reason": reason, "due_at": again_at}
        case DeliveryGivenUp(reason=reason):
            return {"status": "given_up", "reason": reason, **over}
        case DeliveryRedriven(tries=tries):
            return {"status": "waiting", "first": tries, "due_at": event.recorded_at, "ended_at": None}
    return {}
