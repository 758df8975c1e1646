"""Responsibilities: who is credited with what is sold in a territory. All of a territory are one stream, so that they never come to more
than all of it, overlays aside."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import PLANNED, Code, HappenedOn, Money, as_part, check_days, happened_on
from msgspec import Meta, Struct

from incentives.domain.credits import Counts
from incentives.domain.days import in_order
from incentives.domain.words import ZERO, Payee


@event("responsibility_set")
class ResponsibilitySet(Struct, frozen=True, kw_only=True):
    """``last`` is None without end; ``replaced`` says that there was another share from the same day on."""

    payee: Payee
    territory: str
    payee_id: str
    first: date
    last: date | None
    share: Decimal
    counts: Counts
    replaced: bool
    occurred_on: date

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@command("set_responsibility", stream="responsibility/{payee}/{territory}")
class SetResponsibility(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; what is said of the same first day replaces what was, and a share of 0 takes it back. What was
    earned by the old one is worked out anew."""

    payee: Annotated[Payee, Meta(description="Whether it is about plans that pay partners or sales reps.")]
    territory: Annotated[Code, Meta(description="And all in it that somebody else is not nearer to.", examples=["CN-E"])]
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    first: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    last: Annotated[date | None, PLANNED, Meta(description="Without it there is no end.", examples=["2026-12-31"])] = None
    share: Annotated[Money, Meta(description="1 is all of it.", examples=["1"])] = Decimal(1)
    counts: Annotated[Counts, Meta(description="Within all of it, or beyond that.", examples=["credit"])] = Counts.CREDIT
    on: HappenedOn = None


def responsibility_key(c: SetResponsibility) -> str:
    """A slash in a name is no slash between names."""
    return f"{c.payee}/{as_part(c.territory)}"


Held = tuple[ResponsibilitySet, ...]


def decide(command: SetResponsibility, held: Held, known: Known) -> Iterator[ResponsibilitySet]:
    c = command
    check_days(c, known.today)
    if c.last is not None:
        in_order(c.first, c.last)
    same = next((one for one in held if _same(one, c)), None)
    if (same is None and not c.share) or (same and (same.last, same.share, same.counts) == (c.last, c.share, c.counts)):
        return
    told = tell(ResponsibilitySet, c, replaced=same is not None, occurred_on=happened_on(c.on, known))
    if c.share:
        _refuse_too_much(told, [one for one in held if one is not same])
    yield told


def _refuse_too_much(told: ResponsibilitySet, others: Sequence[ResponsibilitySet]) -> None:
    """On each day on which something begins, for sums only change there."""
    days = sorted({told.first, *(one.first for one in others if told.holds(one.first))})
    for day in days:
        holding = [told, *(one for one in others if one.holds(day))]
        if sum(one.payee_id == told.payee_id for one in holding) > 1:
            raise Rejected("responsibility_twice", payee_id=told.payee_id, territory=told.territory, day=day)
        whole = sum((one.share for one in holding if one.counts is Counts.CREDIT), ZERO)
        if whole > 1:
            raise Rejected("responsibility_too_much", territory=told.territory, day=day, whole=whole)


def _same(one: ResponsibilitySet, other: ResponsibilitySet | SetResponsibility) -> bool:
    return (one.payee_id, one.first) == (other.payee_id, other.first)


def evolve(held: Held, event: ResponsibilitySet) -> Held:
    others = tuple(one for one in held if not _same(one, event))
    return (*others, event) if event.share else others


RESPONSIBILITY: Decider[SetResponsibility, Held, ResponsibilitySet] = Decider(
    "responsibility", initial=(), decide=decide, evolve=evolve, events=[ResponsibilitySet]
)
