"""A plan as people write it, in JSON or YAML: typed, and checked as a whole."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

from channel_terms import PLANNED, Currency, Name, Span, Words
from msgspec import Meta, Struct

from incentives.domain.exact import Rounding
from incentives.domain.facts import Base
from incentives.domain.rule import Rule
from incentives.domain.rule_types import read_pays
from incentives.domain.window import Windows

MAX_EXAMPLES = 200


class Payee(StrEnum):
    """Who is paid for a line."""

    PARTNER = "partner"
    SALES_REP = "sales_rep"


class Exclusive(StrEnum):
    """Which of the rules with one word for ``exclusive`` is paid."""

    FIRST = "first"
    """The first that pays anything, in the order of the plan."""
    BEST = "best"
    """The one that pays most; of equal ones the first."""


class PlanDocument(Struct, frozen=True, kw_only=True):
    """Rules are worked out in their order, which is the order of stacking. Lines in other currencies are not counted."""

    title: Annotated[Name, Meta(examples=["Dealers 2026"])]
    payee: Annotated[Payee, Meta(examples=["partner"])]
    currency: Currency
    valid_from: Annotated[date, PLANNED, Meta(description="The first day whose lines count.", examples=["2026-01-01"])]
    valid_until: Annotated[
        date | None, PLANNED, Meta(description="The last; without one until the next version.", examples=["2026-12-31"])
    ] = None
    rounding: Annotated[Rounding, Meta(description="Of each entry, once.", examples=["half_up"])]
    exclusive: Annotated[Exclusive, Meta(description="Which rule is paid of those that exclude each other.", examples=["best"])]
    year_begins: Annotated[int, Meta(ge=1, le=12, description="The month in which windows of a year begin.", examples=[1])] = 1
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=50)]

    @property
    def life(self) -> Span:
        return Span(self.valid_from, self.valid_until or date.max)

    @property
    def windows(self) -> Windows:
        return Windows(self.year_begins, self.life)


def faults(plan: PlanDocument) -> Iterator[Words]:
    """What is wrong with the plan as a whole, though each rule of it is right."""
    if plan.valid_until is not None and plan.valid_until < plan.valid_from:
        yield Words("it ends before it begins", "结束日期早于开始日期")
    if (examples := sum(len(rule.examples) for rule in plan.rules)) > MAX_EXAMPLES:
        yield Words(
            f"it has {examples} examples; more than {MAX_EXAMPLES} take too long to try",
            f"算例共 {examples} 个，超过 {MAX_EXAMPLES} 个的上限",
        )
    before: dict[str, Rule] = {}
    groups: dict[str, Rule] = {}
    for at, rule in enumerate(plan.rules):
        for said in _faults_of(rule, before, {one.exclusive for one in plan.rules[at:]}):
            yield Words(f"{rule.rule_id}: {said.en}", f"{rule.rule_id}：{said.zh}")
        if rule.exclusive is not None and groups.setdefault(rule.exclusive, rule).window is not rule.window:
            yield Words(f"{rule.rule_id}: rules that exclude each other need one window", f"{rule.rule_id}：互斥规则的窗口必须相同")
        before.setdefault(rule.rule_id, rule)


def _faults_of(rule: Rule, before: dict[str, Rule], later: set[str | None]) -> Iterator[Words]:
    type_, parameters = read_pays(rule.pays)
    of = type_.of(parameters) if type_.of else ()
    if rule.rule_id in before:
        yield Words("there is another rule of this name", "规则编号重复")
    if rule.window not in type_.windows:
        yield Words(f"{type_.name} has no meaning in a window of {rule.window}", f"{type_.name} 不适用于 {rule.window} 窗口")
    if (rule.base is Base.EARNED) != bool(of):
        yield Words("the base is earned exactly for rules about what others pay", "仅针对其他规则收益的规则使用 earned 基数")
    for named in (*of, *rule.less):
        if named not in before:
            yield Words(f"no rule {named} is before it", f"其前没有规则 {named}")
        elif before[named].exclusive is not None and before[named].exclusive in later:
            yield Words(f"which of those beside {named} is paid is not known yet", f"与 {named} 互斥的规则尚未全部列出")
        elif before[named].window.months > rule.window.months:
            yield Words(f"{named} is paid in longer windows", f"{named} 的结算窗口更长")
