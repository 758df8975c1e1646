"""Why a line of an order earns nothing, or where what it earns is: for each rule that might pay it, one reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from channel_terms import Words
from msgspec import Struct

from incentives.domain.calculation import Entry, explained
from incentives.domain.calculation.entry import Step
from incentives.domain.condition import Eligible
from incentives.domain.facts import Base, Line, Moment
from incentives.domain.plan.document import PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.words import ZERO


class Why(StrEnum):
    """In the order in which they are looked for."""

    NO_PLAN = "no_plan"
    NO_PAYEE = "no_payee"
    OTHER_CURRENCY = "other_currency"
    NOT_YET = "not_yet"
    NOT_IN_FORCE = "not_in_force"
    EXCLUDED = "excluded"
    TAKEN_BACK = "taken_back"
    NOT_COUNTED = "not_counted"
    OTHER_RULE = "other_rule"
    NOTHING_PAID = "nothing_paid"
    NOT_POSTED = "not_posted"
    PERIOD_NOT_OVER = "period_not_over"
    STATED = "stated"


_NOT_YET = {
    Moment.ORDERED: Words("it was not ordered", "尚未下单"),
    Moment.SHIPPED: Words("it was not shipped yet", "尚未发货"),
    Moment.DELIVERED: Words("it was not delivered yet", "尚未签收"),
    Moment.PAID: Words("no payment for it is here yet", "尚未收到回款"),
}
WORDS = {
    Why.NO_PLAN: Words("no plan was ever approved", "尚无已批准的方案"),
    Why.NO_PAYEE: Words("the order names no sales rep, whom the plan pays", "订单未注明该方案所支付的业务员"),
    Why.OTHER_CURRENCY: Words("the plan pays for lines in {currency}", "该方案只计 {currency} 订单"),
    Why.NOT_IN_FORCE: Words("the version is in force from {first} to {last}", "该版本有效期为 {first} 至 {last}"),
    Why.EXCLUDED: Words("the rule is for lines where {when}", "该规则只适用于 {when}"),
    Why.TAKEN_BACK: Words("all of it was cancelled or came back", "已全部取消或退回"),
    Why.NOT_COUNTED: Words("the rule counts no such line", "该规则不计此类明细"),
    Why.OTHER_RULE: Words("another rule is paid instead", "由互斥的其他规则支付"),
    Why.NOTHING_PAID: Words("it counts, and the rule pays nothing: {steps}", "已计入，但该规则不支付：{steps}"),
    Why.NOT_POSTED: Words(
        "it counts, and nothing is posted: no period of settlement is open for it yet", "已计入但尚未入账：没有可入账的结算期间"
    ),
    Why.PERIOD_NOT_OVER: Words(
        "it is posted in {period}, whose statements are not issued yet", "已记入 {period} 期间，该期间对账单尚未出具"
    ),
    Why.STATED: Words("it is on statement {statement_id}", "已列入对账单 {statement_id}"),
}


class Reason(Struct, frozen=True, kw_only=True):
    """Of one rule; ``rule_id`` is empty where it is the whole plan's, ``entry_id`` names the entry in which the line counts."""

    why: Why
    words: Words
    rule_id: str = ""
    entry_id: str = ""


class Place(Struct, frozen=True):
    """Where an entry was posted last: its period, and the statement, once there is one."""

    period: str
    statement_id: str | None


def reasons(
    plan: PlanDocument, payee_id: str, lines: Sequence[Line], entries: Iterable[Entry], places: Mapping[str, Place]
) -> Iterator[Reason]:
    """``lines`` are all facts of the one line of an order, ``entries`` those of the payee by this version."""
    if not payee_id:
        yield _reason(Why.NO_PAYEE)
    elif all(one.currency != plan.currency for one in lines):
        yield _reason(Why.OTHER_CURRENCY, currency=plan.currency)
    elif all(not plan.life.first <= one.on <= plan.life.last for one in lines):
        yield _reason(Why.NOT_IN_FORCE, first=plan.life.first, last=plan.life.last)
    else:
        found = list(entries)
        for rule in plan.rules:
            if rule.base is not Base.EARNED:
                yield _of_rule(plan, rule, lines, [one for one in found if one.rule_id == rule.rule_id], places)


def _reason(why: Why, *, rule: str = "", entry: str = "", **facts: object) -> Reason:
    return Reason(why=why, words=WORDS[why].of(facts), rule_id=rule, entry_id=entry)


def _of_rule(plan: PlanDocument, rule: Rule, lines: Sequence[Line], entries: Sequence[Entry], places: Mapping[str, Place]) -> Reason:
    name = rule.rule_id
    own = [one for one in lines if one.moment is rule.moment]
    if not own:
        return Reason(why=Why.NOT_YET, words=_NOT_YET[rule.moment], rule_id=name)
    living = [one for one in own if plan.life.first <= one.on <= plan.life.last]
    if not living:
        return _reason(Why.NOT_IN_FORCE, rule=name, first=plan.life.first, last=plan.life.last)
    condition = Eligible(rule.when)
    eligible = [one for one in living if condition.holds(one)]
    if not eligible:
        return _reason(Why.EXCLUDED, rule=name, when=rule.when)
    if sum((one.net for one in eligible), ZERO) == ZERO and len(eligible) > 1:
        return _reason(Why.TAKEN_BACK, rule=name)
    facts = {one.fact_id for one in eligible}
    entry = next((one for one in entries if any(line.fact_id in facts for line in one.lines)), None)
    return _reason(Why.NOT_COUNTED, rule=name) if entry is None else _of_entry(entry, places.get(entry.entry_id))


def _of_entry(entry: Entry, place: Place | None) -> Reason:
    about = {"rule": entry.rule_id, "entry": entry.entry_id}
    if not entry.amount:
        if any(change.step is Step.EXCLUDED for change in entry.changes):
            return _reason(Why.OTHER_RULE, **about)
        steps = explained(entry)
        en, zh = "; ".join(one.en for one in steps), "；".join(one.zh for one in steps)
        words = Words(WORDS[Why.NOTHING_PAID].en.format(steps=en or "0"), WORDS[Why.NOTHING_PAID].zh.format(steps=zh or "0"))
        return Reason(why=Why.NOTHING_PAID, words=words, rule_id=entry.rule_id, entry_id=entry.entry_id)
    if place is None:
        return _reason(Why.NOT_POSTED, **about)
    if place.statement_id is None:
        return _reason(Why.PERIOD_NOT_OVER, **about, period=place.period)
    return _reason(Why.STATED, **about, statement_id=place.statement_id)
