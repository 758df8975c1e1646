"""That a payee is near what pays more: told once for each such mark and window."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from channel_events.pure import Decider, Known, event, tell
from msgspec import Struct

from incentives.domain.calculation import Entry
from incentives.domain.exact import text
from incentives.domain.plan.document import PlanDocument
from incentives.domain.words import Payee


class _Near(Struct, frozen=True, kw_only=True):
    payee: Payee
    payee_id: str
    entry_id: str
    plan_id: str
    version: int
    rule_id: str
    part: str
    first: date
    last: date
    base: str
    counted: str
    ahead: str
    missing: str


@event("near_next_tier", public=True)
class NearNextTier(_Near, frozen=True, kw_only=True):
    """In the window from ``first`` to ``last`` a rule of a plan pays the payee more from ``ahead`` on; ``counted`` is there, ``missing``
    is not. Numbers are exact texts, of the plan's currency or units, as ``base`` says; ``part`` tells windows of one rule apart. It is told
    once for each ``ahead`` of an entry."""

    occurred_on: date


class NoteNear(_Near, frozen=True, kw_only=True):
    """A payee is so near."""


def near_key(c: NoteNear) -> str:
    return f"{c.entry_id}/{c.ahead.replace('/', '%2F')}"


def near(plan: PlanDocument, entry: Entry) -> NoteNear | None:
    """What is to be told of an entry; None where it is not near enough, as the plan says."""
    if plan.near is None or entry.ahead is None or entry.rated <= 0:
        return None
    missing = entry.ahead - entry.rated
    if missing > entry.ahead * Fraction(plan.near):
        return None
    return NoteNear(
        payee=plan.payee,
        payee_id=entry.payee_id,
        entry_id=entry.entry_id,
        plan_id=entry.plan_id,
        version=entry.version,
        rule_id=entry.rule_id,
        part=entry.part,
        first=entry.first,
        last=entry.last,
        base=entry.base.value,
        counted=text(entry.rated),
        ahead=text(entry.ahead),
        missing=text(missing),
    )


def decide(command: NoteNear, told: bool, known: Known) -> Iterator[NearNextTier]:
    # In a window that is over nobody can do anything about it any more.
    if not told and command.first <= known.today <= command.last:
        yield tell(NearNextTier, command, occurred_on=known.today)


def evolve(_: bool, __: NearNextTier) -> bool:
    return True


NEAR_TIER: Decider[NoteNear, bool, NearNextTier] = Decider("near_tier", initial=False, decide=decide, evolve=evolve, events=[NearNextTier])
