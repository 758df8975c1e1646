"""The same share of everything; of units, the same money for each."""

from collections.abc import Iterator
from fractions import Fraction

from channel_terms import Words
from msgspec import Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import Rate


class Flat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A percentage of the base, or so much a unit."""

    rate: Rate


def rate(p: Flat, pot: Pot) -> Iterator[Slice]:
    yield Slice(base=pot.base, rate=Fraction(p.rate))


FLAT = RuleType("flat", Flat, rate, words=Words("{percent} of {base}", "{base} 的 {percent}"), example={"rate": "0.05"})
