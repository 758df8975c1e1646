"""What was agreed with each payee: a rate of its own."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from channel_terms import Code, Words
from msgspec import Meta, Struct

from incentives.domain.rule_type import Pot, RuleType, Slice
from incentives.domain.words import ZERO, Rate


class Own(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    payee_id: Annotated[Code, Meta(examples=["p-1001"])]
    rate: Rate


class Agreed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A percentage of the base, or so much a unit, for each payee."""

    rates: Annotated[tuple[Own, ...], Meta(min_length=1, max_length=1000)]
    others: Annotated[Rate, Meta(description="Of everybody else.", examples=["0"])] = ZERO


def faults(p: Agreed) -> Iterator[Words]:
    names = [one.payee_id for one in p.rates]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Words(f"{name} has two rates", f"{name} 有两个费率")


def rate(p: Agreed, pot: Pot) -> Iterator[Slice]:
    own = next((one.rate for one in p.rates if one.payee_id == pot.payee_id), p.others)
    yield Slice(base=pot.base, rate=Fraction(own))


AGREED = RuleType(
    "agreed",
    Agreed,
    rate,
    faults=faults,
    words=Words("as agreed, {percent} of {base}", "按约定，{base} 的 {percent}"),
    example={"rates": [{"payee_id": "p-1", "rate": "0.05"}], "others": "0.03"},
)
