"""A rebate package (返利组合): several components over one base, each with a window, a gate and a rate of its own."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from channel_terms import Code, Words
from msgspec import Meta, Struct

from incentives.domain.quotas import quota_in, quota_over
from incentives.domain.rule_type import Credit, Pot, RuleType, Slice
from incentives.domain.tiers import Tiers, tier_of
from incentives.domain.tiers import faults as tier_faults
from incentives.domain.window import Window, Windows
from incentives.domain.words import Least, RuleId


class Of(StrEnum):
    """What of the base a component is about."""

    ALL = "all"
    OVER_TARGET = "over_target"
    """What is more than the target."""


class Component(Tiers, frozen=True, kw_only=True):
    """Its tiers tell the rate by the size of the contract."""

    name: RuleId
    per: Annotated[Window, Meta(description="Each settles by itself.", examples=["quarter"])]
    of: Of
    gate: Annotated[Least, Meta(description="Nothing below this share of the target of its window; 0 is no gate.", examples=["0.9"])]


class Package(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quarterly, yearly and beyond the target, in one contract."""

    target: Annotated[Code, Meta(description="The quota that gates and targets are about.", examples=["sales"])]
    contract: Annotated[
        Code, Meta(description="The quota that is the size of the contract: the one over all of a window.", examples=["contract"])
    ]
    components: Annotated[tuple[Component, ...], Meta(min_length=1, max_length=10)]


def credit(p: Package, window: Window, windows: Windows, day: date) -> Iterable[Credit]:
    return [Credit(windows.at(one.per, day), one.name) for one in p.components]


def faults(p: Package) -> Iterator[Words]:
    names = [one.name for one in p.components]
    for one in p.components:
        if names.count(one.name) > 1:
            yield Words(f"{one.name} is there twice", f"{one.name} 重复")
        if one.per in {Window.LIFE, Window.DEAL}:
            yield Words(
                f"{one.name} never settles: give it a window from a month to a year", f"{one.name} 没有结算周期：窗口应为一个月至一年"
            )
        for said in tier_faults(one):
            yield Words(f"{one.name}: {said.en}", f"{one.name}：{said.zh}")


def rate(p: Package, pot: Pot) -> Iterator[Slice]:
    component = next(one for one in p.components if one.name == pot.part)
    target = quota_in(pot.quotas, p.target, pot.span)
    if (component.gate or component.of is Of.OVER_TARGET) and target <= 0:
        return
    if component.gate and pot.base < target * Fraction(component.gate):
        return
    at = tier_of(component, quota_over(pot.quotas, p.contract, pot.span))
    tier = component.tiers[at]
    base = pot.base if component.of is Of.ALL else max(pot.base - target, Fraction())
    yield Slice(base=base, rate=Fraction(tier.rate), tier=at + 1, start=tier.start, until=tier.until)


def marks(p: Package, pot: Pot) -> Iterator[Fraction]:
    component = next(one for one in p.components if one.name == pot.part)
    yield quota_in(pot.quotas, p.target, pot.span) * Fraction(component.gate)


_TIERS = {"boundary": "start", "tiers": [{"start": "0", "until": "200000", "rate": "0"}, {"start": "200000", "rate": "0.02"}]}
PACKAGE = RuleType(
    "package",
    Package,
    rate,
    credit=credit,
    faults=faults,
    marks=marks,
    windows=frozenset({Window.YEAR}),
    words=Words("{part}, contract of tier {tier}: {percent} of {base}", "{part}，合同规模第 {tier} 档：{base} 的 {percent}"),
    example={
        "target": "sales",
        "contract": "contract",
        "components": [
            {"name": "quarterly", "per": "quarter", "of": "all", "gate": "0.9", **_TIERS},
            {"name": "beyond", "per": "year", "of": "over_target", "gate": "1", **_TIERS},
        ],
    },
)
