"""A plan as people write it, in JSON or YAML: typed, and checked as a whole."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from channel_terms import PLANNED, Currency, Name, Span, Words
from msgspec import Meta, Struct

from incentives.domain.credits import CreditOn, CreditTo
from incentives.domain.exact import Rounding
from incentives.domain.facts import Base
from incentives.domain.rule import Rule
from incentives.domain.rule_type import RuleType
from incentives.domain.rule_types import read_pays
from incentives.domain.window import Window, Windows
from incentives.domain.words import Least
from incentives.domain.words import Payee as Payee

MAX_EXAMPLES = 200


class Exclusive(StrEnum):
    """Which of the rules with one word for ``exclusive`` is paid."""

    FIRST = "first"
    """The first that pays anything, in the order of the plan."""
    BEST = "best"
    """The one that pays most; of equal ones the first."""


class Foreign(StrEnum):
    """What becomes of lines in other currencies than the plan's."""

    LEFT_OUT = "left_out"
    EXCHANGED = "exchanged"
    """They count at the rate of their day; a line for which there is none does not count."""


class RateOn(StrEnum):
    """Of a window, the day whose rate exchanges what is paid."""

    FIRST = "first"
    LAST = "last"


class PlanDocument(Struct, frozen=True, kw_only=True):
    """Rules are worked out in their order, which is the order of stacking."""

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
    overlays: Annotated[bool, Meta(description="Credit beyond all of a line counts; without it none does.", examples=[False])] = False
    credit_on: Annotated[CreditOn, Meta(description="Which day decides about territories and hierarchies.", examples=["ordered"])] = (
        CreditOn.ORDERED
    )
    foreign: Annotated[Foreign, Meta(description="What becomes of lines in other currencies.", examples=["left_out"])] = Foreign.LEFT_OUT
    pays_in: Annotated[Currency | None, Meta(description="Without it, it pays in its own currency.", examples=["USD"])] = None
    rate_on: Annotated[RateOn, Meta(description="The day of each window whose rate exchanges what is paid.", examples=["last"])] = (
        RateOn.LAST
    )
    near: Annotated[
        Least | None,
        Meta(description="Who misses no more than this share of what pays more is told to be near; nobody without it.", examples=["0.1"]),
    ] = None
    budget: Annotated[
        Least | None,
        Meta(description="A version that a run over the past finds dearer, or that none was made of, is not approved.", examples=["90000"]),
    ] = None

    @property
    def life(self) -> Span:
        return Span(self.valid_from, self.valid_until or date.max)

    @property
    def paid_in(self) -> str:
        return self.pays_in or self.currency

    @property
    def looks_at(self) -> frozenset[str]:
        """What it needs to know beside what happened to orders: to whom it gives credit, and whether it is about ``cost``, ``exchange``,
        or a ``guarantee``."""
        found: set[str] = {one.credit.value for one in self.rules}
        found |= {"cost" for one in self.rules if one.base is Base.MARGIN}
        found |= {"guarantee" for one in self.rules if read_pays(one.pays)[0].quota is not None}
        if self.foreign is Foreign.EXCHANGED or self.pays_in is not None:
            found.add("exchange")
        return frozenset(found)

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
    yield from _of_its_type(rule, type_, of)
    for named in (*of, *rule.less):
        if named not in before:
            yield Words(f"no rule {named} is before it", f"其前没有规则 {named}")
        elif before[named].exclusive is not None and before[named].exclusive in later:
            yield Words(f"which of those beside {named} is paid is not known yet", f"与 {named} 互斥的规则尚未全部列出")
        elif before[named].window.months > rule.window.months:
            yield Words(f"{named} is paid in longer windows", f"{named} 的结算窗口更长")


def _of_its_type(rule: Rule, type_: RuleType[Any], of: Sequence[str]) -> Iterator[Words]:
    """What has no meaning for the type of the rule."""
    name, limits = type_.name, rule.limits
    if rule.window not in type_.windows:
        yield Words(f"{name} has no meaning in a window of {rule.window}", f"{name} 不适用于 {rule.window} 窗口")
    if rule.credit not in type_.credits:
        yield Words(f"{name} has no meaning for credit {rule.credit}", f"{name} 不适用于 {rule.credit} 归属")
    if (rule.base is Base.EARNED) != bool(of):
        yield Words("the base is earned exactly for rules about what others pay", "仅针对其他规则收益的规则使用 earned 基数")
    if of and (rule.window is Window.DEAL or rule.credit not in {CreditTo.DIRECT, CreditTo.ABOVE}):
        yield Words("what others pay is no deal, and goes to who earned it or those above", "其他规则的收益不按单笔计，且仅归属本人或上级")
    if not type_.whole and (rule.less or limits.most_counted is not None or limits.most_each is not None):
        yield Words(f"{name} looks at each part, so nothing can be taken from its base", f"{name} 按明细计算，基数不能先行扣减")
    if limits.guaranteed is not None and limits.most_paid is not None and limits.guaranteed > limits.most_paid:
        yield Words("more is guaranteed than is paid at most", "保底金额高于封顶金额")
