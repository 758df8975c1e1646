"""Quotas: what a payee shall reach in a time, of one measure. All of a payee and measure are one stream, where none may lie over another:
a sum of them would count a day twice."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from channel_events.pure import Decider, Known, Rejected, command, event, tell
from channel_terms import PLANNED, Code, HappenedOn, as_part, check_days, happened_on
from msgspec import Meta, Struct

from incentives.domain.days import in_order
from incentives.domain.facts import Quota
from incentives.domain.words import Least, Payee


@event("quota_set")
class QuotaSet(Struct, frozen=True, kw_only=True):
    """``previous`` is what it replaces: the amount that was set before for the same days."""

    payee: Payee
    payee_id: str
    measure: str
    first: date
    last: date
    amount: Decimal
    previous: Decimal | None
    occurred_on: date


@command("set_quota", stream="quota/{payee}/{payee_id}/{measure}")
class SetQuota(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; another amount for the same days replaces it, and 0 is none. What was earned by the old one is
    worked out anew, and the difference is one of the entry."""

    payee: Annotated[Payee, Meta(description="Plans that pay partners look at those of partners, others at those of sales reps.")]
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    measure: Annotated[Code, Meta(description="Rules name the measure that they are about.", examples=["sales"])]
    first: Annotated[date, PLANNED, Meta(examples=["2026-01-01"])]
    last: Annotated[date, PLANNED, Meta(examples=["2026-03-31"])]
    amount: Least
    on: HappenedOn = None


def quota_key(c: SetQuota) -> str:
    """A slash in a name is no slash between names."""
    return f"{c.payee}/{as_part(c.payee_id)}/{as_part(c.measure)}"


def decide(command: SetQuota, quotas: tuple[Quota, ...], known: Known) -> Iterator[QuotaSet]:
    c = command
    check_days(c, known.today)
    in_order(c.first, c.last)
    same = [one for one in quotas if (one.first, one.last) == (c.first, c.last)]
    over = [one for one in quotas if one not in same and one.first <= c.last and c.first <= one.last]
    if over and c.amount:
        raise Rejected("quota_overlaps", measure=c.measure, first=over[0].first, last=over[0].last)
    previous = same[0].amount if same else None
    if c.amount != (previous or 0):
        yield tell(QuotaSet, c, previous=previous, occurred_on=happened_on(c.on, known))


def evolve(quotas: tuple[Quota, ...], event: QuotaSet) -> tuple[Quota, ...]:
    others = tuple(one for one in quotas if (one.first, one.last) != (event.first, event.last))
    return (*others, tell(Quota, event)) if event.amount else others


QUOTA: Decider[SetQuota, tuple[Quota, ...], QuotaSet] = Decider("quota", initial=(), decide=decide, evolve=evolve, events=[QuotaSet])
