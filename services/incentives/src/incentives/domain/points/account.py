"""Points as lots: each holds until a day, and those that go first are used first."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.points.events import (
    PointsEarned,
    PointsEvent,
    PointsExpired,
    PointsGivenBack,
    PointsRedeemed,
    PointsTakenBack,
)
from incentives.domain.words import Payee


class Lot(NamedTuple):
    points: int
    expires_on: date | None


class Redeemed(Struct, frozen=True, kw_only=True):
    told: PointsRedeemed
    lots: tuple[Lot, ...]
    given_back: bool = False


class Points(Struct, frozen=True, kw_only=True):
    """``owed``: what was taken back and was not there. ``by_plan``: what was given for plans, less what was taken back."""

    lots: tuple[Lot, ...] = ()
    owed: int = 0
    by_plan: Mapping[str, int] = {}
    given: Mapping[str, int] = {}
    redeemed: Mapping[str, Redeemed] = {}

    @property
    def balance(self) -> int:
        return sum(one.points for one in self.lots)

    @property
    def expires_next(self) -> date | None:
        return next((one.expires_on for one in self.lots), None)

    def over(self, today: date) -> int:
        """How many of them hold no longer."""
        return sum(one.points for one in self.lots if one.expires_on is not None and one.expires_on < today)


def account_key(programme_id: str, payee: Payee, payee_id: str) -> str:
    """A programme's id has no slash."""
    return f"{programme_id}/{payee}/{payee_id}"


def _sorted(lots: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """One for each day, those that go first in front."""
    days: dict[date | None, int] = {}
    for one in lots:
        days[one.expires_on] = days.get(one.expires_on, 0) + one.points
    made = (Lot(points, day) for day, points in days.items() if points)
    return tuple(sorted(made, key=lambda one: one.expires_on or date.max))


def _used(lots: tuple[Lot, ...], points: int) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """The lots that are left, and those that are used: the first to go."""
    used, left = list[Lot](), list[Lot]()
    for one in lots:
        taken = min(points, one.points)
        points -= taken
        used.append(Lot(taken, one.expires_on))
        left.append(Lot(one.points - taken, one.expires_on))
    return _sorted(tuple(left)), _sorted(tuple(used))


def evolve(account: Points, event: PointsEvent) -> Points:
    match event:
        case PointsEarned():
            lots = _sorted((*account.lots, Lot(event.points - event.set_off, event.expires_on)))
            earned = replace(account, lots=lots, owed=account.owed - event.set_off)
            if event.reference.startswith(PLAN):
                return _by_plan(earned, event.reference, event.points)
            return replace(earned, given={**account.given, event.reference: event.points})
        case PointsTakenBack():
            there = min(event.points, account.balance)
            left, _ = _used(account.lots, there)
            taken = replace(account, lots=left, owed=account.owed + event.points - there)
            return _by_plan(taken, event.reference, -event.points)
        case PointsRedeemed():
            left, used = _used(account.lots, event.points)
            return replace(account, lots=left, redeemed={**account.redeemed, event.reference: Redeemed(told=event, lots=used)})
        case PointsGivenBack():
            redeemed = account.redeemed[event.reference]
            kept = {**account.redeemed, event.reference: replace(redeemed, given_back=True)}
            # What is owed is set off first, as of points that are earned: nobody has points and owes some.
            there = min(event.points, account.owed)
            left, _ = _used(redeemed.lots, there)
            return replace(account, lots=_sorted((*account.lots, *left)), owed=account.owed - there, redeemed=kept)
        case PointsExpired():
            return replace(account, lots=_used(account.lots, event.points)[0])


PLAN = "plan/"
"""With what references of points begin that a version of a plan earned; a reference by hand never does."""


def _by_plan(account: Points, reference: str, points: int) -> Points:
    return replace(account, by_plan={**account.by_plan, reference: account.by_plan.get(reference, 0) + points})
