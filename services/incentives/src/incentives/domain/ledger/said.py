"""An entry as a ledger keeps it: all that its amount came of, exactly, so that it is recomputed from this alone."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from channel_events.pure import tell
from msgspec import Struct

from incentives.domain.calculation import Entry
from incentives.domain.calculation.entry import Part
from incentives.domain.exact import text


class SliceSaid(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``base`` times ``rate``; ``tier`` counts from 1, from ``start`` to ``until``."""

    base: str
    rate: str
    tier: int = 0
    start: Decimal | None = None
    until: Decimal | None = None


class RateSaid(Struct, frozen=True, kw_only=True):
    """One ``base`` was ``rate`` of ``quote``, as told for the day ``on``."""

    base: str
    quote: str
    on: date
    rate: Decimal


class ChangeSaid(Struct, frozen=True):
    """What became of the base, or of the sum of the slices: one step after the other."""

    step: str
    before: str
    after: str


class LineSaid(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a line counts now more than it did when the entry was posted last; less than zero where it counts less, or not any more."""

    fact_id: str
    event_id: str
    order_id: str
    line_id: str
    counted: Decimal


class EntrySaid(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a payee earns by one rule in one window. Numbers that may be fractions are texts: ``0.125``, ``1/3``. ``base`` is what of the
    lines counts, ``counted`` their sum, ``first`` and ``last`` the window. ``slices`` summed, and then changed by the ``changes`` after
    those of the base, are ``unrounded``; rounded as ``rounding`` says that is what the entry comes to. ``currency`` is what it is paid in;
    where that is another than the plan's ``exchanged`` is the rate, frozen with its day. Where ``rule_type`` is ``payout_share``
    it is a share of what the entry came to that it is ``earned_by``: that is what is ``counted``."""

    entry_id: str
    plan_id: str
    version: int
    rule_id: str
    rule_type: str
    part: str
    first: date
    last: date
    currency: str
    base: str
    moment: str
    counted: str
    unrounded: str
    rounding: str
    baseline: str = "0"
    slices: tuple[SliceSaid, ...] = ()
    changes: tuple[ChangeSaid, ...] = ()
    earned_by: tuple[str, ...] = ()
    exchanged: RateSaid | None = None

    @classmethod
    def of(cls, entry: Entry) -> "EntrySaid":
        return cls(
            entry_id=entry.entry_id,
            plan_id=entry.plan_id,
            version=entry.version,
            rule_id=entry.rule_id,
            rule_type=entry.rule_type,
            part=entry.part,
            first=entry.first,
            last=entry.last,
            currency=entry.currency,
            base=entry.base.value,
            moment=entry.moment.value,
            counted=text(entry.counted),
            unrounded=text(entry.unrounded),
            rounding=entry.rounding.value,
            baseline=text(entry.baseline),
            slices=tuple(
                SliceSaid(base=text(one.base), rate=text(one.rate), tier=one.tier, start=one.start, until=one.until) for one in entry.slices
            ),
            changes=tuple(ChangeSaid(one.step.value, text(one.before), text(one.after)) for one in entry.changes),
            earned_by=entry.earned_by,
            exchanged=None if entry.exchanged is None else tell(RateSaid, entry.exchanged),
        )


class Worked(NamedTuple):
    """An entry as it was worked out, what it comes to, and what its lines count more than at its last posting."""

    said: EntrySaid
    amount: Decimal
    lines: tuple[LineSaid, ...]


class Counted(NamedTuple):
    """What a line was said to count, in all postings of an entry."""

    event_id: str
    order_id: str
    line_id: str
    counted: Decimal


def new_lines(parts: Iterable[Part], before: dict[str, Counted]) -> Iterator[LineSaid]:
    """What has to be said of the lines of an entry, of which ``before`` was said already, by the facts' ids; in the order of these."""
    left = dict(before)
    for one in parts:
        was = left.pop(one.of, None)
        if was is None or was.counted != one.counted:
            counted = one.counted if was is None else one.counted - was.counted
            yield LineSaid(fact_id=one.of, event_id=one.event_id, order_id=one.order_id, line_id=one.line_id, counted=counted)
    for name, was in sorted(left.items()):
        if was.counted:
            yield LineSaid(fact_id=name, event_id=was.event_id, order_id=was.order_id, line_id=was.line_id, counted=-was.counted)
