"""Tiers: from one boundary to the next without a gap, the last without end."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from channel_terms import Words
from msgspec import Meta, Struct

from incentives.domain.words import Least, Rate, Value


class Boundary(StrEnum):
    """To which tier a value belongs that is exactly on a boundary."""

    START = "start"
    """To the one that starts there: from 100, up to but not including 200; [100, 200)."""
    UNTIL = "until"
    """To the one that ends there: more than 100, up to and including 200; (100, 200]."""


class Tier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    start: Annotated[Least, Meta(description="0 in the first, and where the one before it ends.")]
    until: Annotated[Least | None, Meta(description="Only the last has none.")] = None
    rate: Rate


class Tiers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiers, and on which side of a boundary a value lies that is exactly on it."""

    boundary: Annotated[Boundary, Meta(description="Where a value exactly on a boundary belongs.", examples=["start"])]
    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1, max_length=50, description="In order, without a gap.")]


class Tiered(Tiers, frozen=True, kw_only=True):
    """``initial`` only moves where in the tiers a window begins; nothing is paid for it."""

    initial: Annotated[Value, Meta(description="What had been accumulated before, elsewhere.", examples=["0"])] = Decimal(0)


def faults(p: Tiers) -> Iterator[Words]:
    """Where the tiers are not in order or leave a gap: a value that is in two tiers, or in none, is paid by chance."""
    return gaps([(tier.start, tier.until) for tier in p.tiers])


def gaps(steps: Sequence[tuple[Decimal, Decimal | None]]) -> Iterator[Words]:
    if steps[0][0] != 0:
        yield Words(f"the first tier starts at {steps[0][0]}, not at 0", f"第一档从 {steps[0][0]} 起，应从 0 起")
    for at, (start, until) in enumerate(steps, 1):
        if at == len(steps):
            if until is not None:
                yield Words(f"the last tier ends at {until}; it has to be without end", f"最后一档止于 {until}，应不设上限")
        elif until is None:
            yield Words(f"tier {at} has no end, and is not the last", f"第 {at} 档没有上限，但不是最后一档")
        elif until <= start:
            yield Words(f"tier {at} ends at {until}, where it starts or before", f"第 {at} 档止于 {until}，不大于其起点")
        elif until != steps[at][0]:
            yield Words(
                f"tier {at} ends at {until}, the next starts at {steps[at][0]}", f"第 {at} 档止于 {until}，下一档却从 {steps[at][0]} 起"
            )


def reached(starts: Sequence[Decimal], boundary: Boundary, value: Fraction | Decimal) -> int:
    """The index of the tier that ``value`` is in; what is below zero is in the first."""
    above: Sequence[Any] = starts[1:] if isinstance(value, Decimal) else [Fraction(start) for start in starts[1:]]
    return bisect_right(above, value) if boundary is Boundary.START else bisect_left(above, value)


def marks(p: Tiered, _: object) -> Iterator[Fraction]:
    """Where tiers begin, of what a window accumulates."""
    return (Fraction(tier.start) - Fraction(p.initial) for tier in p.tiers[1:])


def tier_of(p: Tiers, value: Fraction | Decimal) -> int:
    return reached([tier.start for tier in p.tiers], p.boundary, value)


def pieces(p: Tiers, base: Fraction, initial: Fraction = Fraction()) -> Iterator[tuple[int, Fraction]]:
    """How much of ``base``, laid on top of ``initial``, lies in each tier, by its index. What takes back is below zero, so that a thing and
    its return are nothing; what lies below zero is in the first tier."""
    low, high = sorted((initial, initial + base))
    sign = 1 if base >= 0 else -1
    for at, tier in enumerate(p.tiers):
        start = min(low, Fraction()) if at == 0 else Fraction(tier.start)
        end = high if tier.until is None else min(high, Fraction(tier.until))
        if (size := end - max(low, start)) > 0:
            yield at, sign * size
