"""Superiors: who is above which sales rep. Those of partners partner-registry tells. All are one stream, so that nobody is ever above
itself, through whomever."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import PLANNED, Code, HappenedOn, check_days, happened_on
from msgspec import Meta, Struct

SALES_REPS = "sales_reps"
"""The key of the one stream."""


@event("superior_set")
class SuperiorSet(Struct, frozen=True, kw_only=True):
    """From ``since`` on the sales rep is under ``above``, under nobody where that is None."""

    payee_id: str
    above: str | None
    since: date
    occurred_on: date


@event("superior_withdrawn")
class SuperiorWithdrawn(Struct, frozen=True, kw_only=True):
    """What was said from ``since`` on never held: who was above before goes on."""

    payee_id: str
    since: date
    occurred_on: date


@command("set_superior", stream=f"superior/{SALES_REPS}")
class SetSuperior(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another superior from the same day on replaces that one. Before its first one the first holds.
    What was earned by the old one is worked out anew."""

    payee_id: Annotated[Code, Meta(description="A sales rep.", examples=["ann"])]
    above: Annotated[Code | None, Meta(description="Nobody when left out.", examples=["bob"])] = None
    since: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    on: HappenedOn = None


@command("withdraw_superior", stream=f"superior/{SALES_REPS}")
class WithdrawSuperior(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was planned from a day on that lies ahead never holds: who was above before goes on."""

    payee_id: Annotated[Code, Meta(description="A sales rep.", examples=["ann"])]
    since: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    on: HappenedOn = None


SuperiorCommand: TypeAlias = SetSuperior | WithdrawSuperior
SuperiorEvent: TypeAlias = SuperiorSet | SuperiorWithdrawn
Links = Mapping[str, tuple[SuperiorSet, ...]]
"""Of each sales rep, the oldest first."""


def decide(command: SuperiorCommand, links: Links, known: Known) -> Iterator[SuperiorEvent]:
    c = command
    check_days(c, known.today)
    same = next((one for one in links.get(c.payee_id, ()) if one.since == c.since), None)
    on = happened_on(c.on, known)
    if isinstance(c, WithdrawSuperior):
        if same is None:
            return
        # Told again where it moves to another installation, its day may have come by now.
        if c.since <= known.today and not known.imported:
            raise Rejected("superior_begun", payee_id=c.payee_id, since=c.since)
        told: SuperiorEvent = tell(SuperiorWithdrawn, c, occurred_on=on)
    elif same is not None and same.above == c.above:
        return
    else:
        told = tell(SuperiorSet, c, occurred_on=on)
    _refuse_ring(evolve(links, told), c.payee_id, c.since)
    yield told


def _refuse_ring(links: Links, payee_id: str, since: date) -> None:
    """Walks up from whoever is above on that day, each step with the days on which the way up to there holds."""
    holding = [(above, first, last) for above, first, last in _days(links[payee_id]) if above is not None and first <= since <= last]
    ways: list[tuple[tuple[str, ...], date, date]] = [((payee_id, above), first, last) for above, first, last in holding]
    while ways:
        way, first, last = ways.pop()
        if way[-1] == payee_id:
            raise Rejected("superior_ring", payee_id=payee_id, above=way[1], way=list(way))
        for above, begins, until in _days(links.get(way[-1], ())):
            if above is not None and max(begins, first) <= min(until, last):
                ways.append(((*way, above), max(begins, first), min(until, last)))


def _days(own: tuple[SuperiorSet, ...]) -> Iterator[tuple[str | None, date, date]]:
    """Under whom, from when to when; the first from the beginning on."""
    for at, (one, following) in enumerate(pairwise((*own, None))):
        if one is not None:
            until = date.max if following is None else following.since - timedelta(days=1)
            yield one.above, one.since if at else date.min, until


def evolve(links: Links, event: SuperiorEvent) -> Links:
    others = [one for one in links.get(event.payee_id, ()) if one.since != event.since]
    if isinstance(event, SuperiorWithdrawn):
        return {**links, event.payee_id: tuple(others)}
    return {**links, event.payee_id: tuple(sorted((*others, event), key=lambda one: one.since))}


SUPERIOR: Decider[SuperiorCommand, Links, SuperiorEvent] = Decider(
    "superior", initial={}, decide=decide, evolve=evolve, events=[SuperiorSet, SuperiorWithdrawn], state=Links
)
