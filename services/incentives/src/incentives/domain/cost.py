"""Costs: what a unit of a product costs the brand, from which day on; margins are net without them."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, command, event, tell
from channel_terms import PLANNED, Code, Currency, HappenedOn, as_part, check_days, happened_on
from msgspec import Meta, Struct

from incentives.domain.words import Least


@event("cost_set")
class CostSet(Struct, frozen=True, kw_only=True):
    """``unit_cost`` is None where it was taken back, ``previous`` what was said for the same day before."""

    sku: str
    currency: str
    since: date
    unit_cost: Decimal | None
    previous: Decimal | None
    occurred_on: date


@command("set_cost", stream="cost/{sku}/{currency}")
class SetCost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another cost from the same day on replaces that one. What was earned by the old one is worked out
    anew. It counts for lines in its currency that were ordered from its day on, until the next one's."""

    sku: Annotated[Code, Meta(examples=["PEN-01"])]
    currency: Currency
    since: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    unit_cost: Annotated[Least | None, Meta(description="Left out, it is taken back.", examples=["2.10"])] = None
    on: HappenedOn = None


def cost_key(c: SetCost) -> str:
    """A slash in a name is no slash between names."""
    return f"{as_part(c.sku)}/{c.currency}"


def decide(command: SetCost, costs: Mapping[date, Decimal], known: Known) -> Iterator[CostSet]:
    check_days(command, known.today)
    previous = costs.get(command.since)
    if command.unit_cost != previous:
        yield tell(CostSet, command, previous=previous, occurred_on=happened_on(command.on, known))


def evolve(costs: Mapping[date, Decimal], event: CostSet) -> Mapping[date, Decimal]:
    others = {since: cost for since, cost in costs.items() if since != event.since}
    return others if event.unit_cost is None else {**others, event.since: event.unit_cost}


COST: Decider[SetCost, Mapping[date, Decimal], CostSet] = Decider("cost", initial={}, decide=decide, evolve=evolve, events=[CostSet])
