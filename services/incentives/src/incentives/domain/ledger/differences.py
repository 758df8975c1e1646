"""What has to be posted so that a ledger says what entries come to now, period by period."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from incentives.domain.calculation import Entry
from incentives.domain.calculation.entry import PAYOUT_SHARE
from incentives.domain.ledger.said import Counted, EntrySaid, Worked, new_lines
from incentives.domain.ledger.state import Ledger
from incentives.domain.settlement.calendar import Period
from incentives.domain.words import ZERO

InPeriods: TypeAlias = Sequence[tuple[Period, Sequence[Entry]]]
"""What was worked out of the facts until the end of each period, in the order of time."""


class CountedIn(NamedTuple):
    """What was said of a line in the postings of one period."""

    entry_id: str
    fact_id: str
    last: date
    counted: Counted


def changed(ledger: Ledger, worked: InPeriods) -> Iterator[tuple[Period, dict[str, Entry | None]]]:
    """By period the entries that come to something else than what is posted until then; None where one is no more."""
    posted = {name: dict(days) for name, days in ledger.posted.items()}
    for period, entries in worked:
        now = {one.entry_id: one for one in entries}
        found: dict[str, Entry | None] = {}
        for name in sorted(now.keys() | posted.keys()):
            entry, days = now.get(name), posted.setdefault(name, {})
            amount = (ZERO if entry is None else entry.amount) - _until(days, period)
            if amount:
                found[name] = entry
                days[str(period.last)] = days.get(str(period.last), ZERO) + amount
        yield period, found


def _until(days: Mapping[str, Decimal], period: Period) -> Decimal:
    return sum((amount for day, amount in days.items() if day <= str(period.last)), ZERO)


class Lines:
    """What was said of lines, by entry and fact; what is said now comes to it."""

    def __init__(self, counted: Iterable[CountedIn]) -> None:
        self._by_entry: dict[str, list[CountedIn]] = {}
        for one in counted:
            self._by_entry.setdefault(one.entry_id, []).append(one)

    def until(self, entry_id: str, last: date) -> dict[str, Counted]:
        found: dict[str, Counted] = {}
        for one in self._by_entry.get(entry_id, ()):
            if one.last <= last:
                before = found.get(one.fact_id)
                now = one.counted
                found[one.fact_id] = now if before is None else now._replace(counted=now.counted + before.counted)
        return found

    def say(self, worked: Worked, period: Period) -> Worked:
        entry_id = worked.said.entry_id
        for one in worked.lines:
            counted = Counted(one.event_id, one.order_id, one.line_id, one.counted)
            self._by_entry.setdefault(entry_id, []).append(CountedIn(entry_id, one.fact_id, period.last, counted))
        return worked


def to_post(
    found: Iterable[tuple[Period, dict[str, Entry | None]]], lines: Lines, gone: Mapping[str, EntrySaid]
) -> Iterator[tuple[Period, list[Worked]]]:
    """``gone`` is what was posted last of entries that are no more."""
    for period, entries in found:
        made = [_worked(name, entry, lines.until(name, period.last), gone) for name, entry in entries.items()]
        yield period, [lines.say(one, period) for one in made]


def _worked(name: str, entry: Entry | None, before: dict[str, Counted], gone: Mapping[str, EntrySaid]) -> Worked:
    if entry is not None:
        return Worked(EntrySaid.of(entry), entry.amount, tuple(new_lines(entry.parts, before)))
    was = gone[name]
    # What it was a share of stays the way down to where the money is (test_a_share_that_is_no_more_leads_to_what_it_was_a_share_of).
    earned_by = was.earned_by if was.rule_type == PAYOUT_SHARE else ()
    nothing = replace(was, counted="0", baseline="0", unrounded="0", slices=(), changes=(), earned_by=earned_by)
    return Worked(nothing, ZERO, tuple(new_lines((), before)))
