"""Superiors: who is above which sales rep. Those of partners partner-registry tells. All are one stream, so that nobody is ever above
itself, through whomever."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import Code, HappenedOn, happened_on, planned_on
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


@command("set_superior", stream=f"superior/{SALES_REPS}")
class SetSuperior(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another superior from the same day on replaces that one. Before its first one the first holds.
    What was earned by the old one is worked out anew."""

    payee_id: Annotated[Code, Meta(description="A sales rep.", examples=["ann"])]
    above: Annotated[Code | None, Meta(description="Nobody when left out.", examples=["bob"])] = None
    since: Annotated[date, Meta(examples=["2026-01-01"])]
    on: HappenedOn = None


Links = Mapping[str, tuple[SuperiorSet, ...]]
"""Of each sales rep, the oldest first."""


def decide(command: SetSuperior, links: Links, known: Known) -> Iterator[SuperiorSet]:
    c = command
    planned_on(c.since, known)
    own = links.get(c.payee_id, ())
    if any((one.since, one.above) == (c.since, c.above) for one in own):
        return
    told = tell(SuperiorSet, c, occurred_on=happened_on(c.on, known))
    after = evolve(links, told)
    if c.above is not None:
        _refuse_ring(after, told)
    yield told


def _refuse_ring(links: Links, told: SuperiorSet) -> None:
    """Walks up from the superior, each step with the days on which the way up to there holds."""
    first, last = next((first, last) for _, first, last in _days(links[told.payee_id]) if first <= told.since <= last)
    ways: list[tuple[tuple[str, ...], date, date]] = [((told.payee_id, told.above or ""), first, last)]
    while ways:
        way, first, last = ways.pop()
        if way[-1] == told.payee_id:
            raise Rejected("superior_ring", payee_id=told.payee_id, above=told.above, way=list(way))
        for above, since, until in _days(links.get(way[-1], ())):
            if above is not None and max(since, first) <= min(until, last):
                ways.append(((*way, above), max(since, first), min(until, last)))


def _days(own: tuple[SuperiorSet, ...]) -> Iterator[tuple[str | None, date, date]]:
    """Under whom, from when to when; the first from the beginning on."""
    for at, (one, following) in enumerate(pairwise((*own, None))):
        if one is not None:
            until = date.max if following is None else following.since - timedelta(days=1)
            yield one.above, one.since if at else date.min, until


def evolve(links: Links, event: SuperiorSet) -> Links:
    others = (one for one in links.get(event.payee_id, ()) if one.since != event.since)
    return {**links, event.payee_id: tuple(sorted((*others, event), key=lambda one: one.since))}


SUPERIOR: Decider[SetSuperior, Links, SuperiorSet] = Decider(
    "superior", initial={}, decide=decide, evolve=evolve, events=[SuperiorSet], state=Links
)
