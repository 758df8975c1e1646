"""What a rule type is: how its parameters are written, to which pots a line is credited, and what is paid on a pot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, NamedTuple, TypeVar

from channel_terms import Span, Words
from msgspec import Struct

from incentives.domain.credits import CreditTo
from incentives.domain.exact import exactly
from incentives.domain.facts import Line, Quota, Ruling
from incentives.domain.window import Window, Windows
from incentives.domain.words import ZERO

P = TypeVar("P", bound=Struct)


class Slice(Struct, frozen=True, kw_only=True):
    """A step of the calculation: ``amount`` is ``base`` times ``rate``, exactly. ``tier`` counts from 1, 0 where there is none; it is
    from ``start`` to ``until``, None without end."""

    base: Fraction
    rate: Fraction
    tier: int = 0
    start: Decimal | None = None
    until: Decimal | None = None

    @property
    def amount(self) -> Fraction:
        return self.base * self.rate


class Pot(Struct, kw_only=True):
    """What was accumulated for one payee in one window. ``base`` is the sum of what the lines count, ``baseline`` what `Credit` put
    beside it; ``counted`` gives what one line counts.

    ``over`` says whether the window is. Of rules about what others pay ``earlier`` is the base of the payee's windows before, the oldest
    first, and ``through`` that of `by_way`. ``reached`` is the base of every payee in the same window, of rules that credit groups."""

    payee_id: str
    part: str
    span: Span
    base: Fraction
    baseline: Fraction
    lines: Sequence[Line]
    counted: Callable[[Line], Decimal]
    quotas: Sequence[Quota] = ()
    rulings: Sequence[Ruling] = ()
    over: bool = True
    earlier: Sequence[tuple[Span, Fraction]] = ()
    through: Mapping[tuple[str, ...], Fraction] | None = None
    reached: Mapping[str, Fraction] = {}

    def by_way(self) -> Mapping[tuple[str, ...], Fraction]:
        """What came up to the payee through whom: by those below it, from the seller on; of what it sold itself through nobody."""
        if self.through is not None:
            return self.through
        return {below: Fraction(counted) for below, counted in self.by(lambda line: line.below).items()}

    def by(self, key: Callable[[Line], Any]) -> dict[Any, Decimal]:
        """What was accumulated for each of its orders, or lines, or whatever ``key`` tells of a line; in the order of the keys."""
        sums: dict[Any, Decimal] = {}
        counted = self.counted
        with exactly():
            for line in self.lines:
                name = key(line)
                sums[name] = sums.get(name, ZERO) + counted(line)
        return dict(sorted(sums.items()))


class Credit(NamedTuple):
    """Into which window a day's lines go; ``part`` tells pots of one rule and window apart, ``baseline``: what they are compared with."""

    span: Span
    part: str = ""
    baseline: bool = False


def its_window(_: Any, window: Window, windows: Windows, day: date) -> Iterable[Credit]:
    """What most rules do: all that lies in a window is one pot."""
    return (Credit(windows.at(window, day)),)


def no_fault(_: Any) -> Iterable[Words]:
    return ()


def no_mark(_: Any, __: Pot) -> Iterable[Fraction]:
    return ()


@dataclass(frozen=True, slots=True)
class RuleType(Generic[P]):
    """``rate(parameters, pot)`` tells what is paid, slice by slice; ``credit`` to which pots lines of a day go. Both are pure.

    ``words`` explain a slice by its ``base``, ``rate`` (``percent`` as people say it), ``tier``, ``start`` and ``until``.
    ``faults`` is what the parameters' own limits cannot say. ``of`` names earlier rules, if what they pay is the base. ``windows`` are
    those that it has a meaning in, ``credits`` to whom. ``quota`` names a measure of which a quota makes a pot though nothing counted.
    ``marks`` are the bases from which on more is paid, like where tiers begin. ``whole``: what is paid depends on the base alone; else on
    its parts, so that nothing can be taken from it before.
    ``example`` is written as plans write it; a rule type is called as its module is.
    """

    name: str
    parameters: type[P]
    rate: Callable[[P, Pot], Iterable[Slice]]
    words: Words
    example: dict[str, Any]
    credit: Callable[[P, Window, Windows, date], Iterable[Credit]] = its_window
    faults: Callable[[P], Iterable[Words]] = no_fault
    of: Callable[[P], Sequence[str]] | None = None
    windows: frozenset[Window] = frozenset(Window)
    credits: frozenset[CreditTo] = frozenset(CreditTo)
    quota: Callable[[P], str] | None = None
    marks: Callable[[P, Pot], Iterable[Fraction]] = no_mark
    whole: bool = True
