"""Why a line of an order earns nothing, or where what it earns is: for each rule that might pay it and everybody whom that credits with
it, one reason; and one for who sold it, if that is somebody else."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from channel_terms import Words
from msgspec import Struct
from msgspec.structs import replace

from incentives.domain.calculation import Entry, explained
from incentives.domain.calculation.crediting import Crediting
from incentives.domain.calculation.entry import Step
from incentives.domain.condition import Eligible
from incentives.domain.credits import Credits, CreditTo
from incentives.domain.facts import Base, Line, Moment
from incentives.domain.plan.document import Foreign, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.words import ZERO, Payee


class Why(StrEnum):
    """In the order in which they are looked for."""

    NO_PLAN = "no_plan"
    NO_PAYEE = "no_payee"
    OTHER_CURRENCY = "other_currency"
    NOT_YET = "not_yet"
    NOT_IN_FORCE = "not_in_force"
    EXCLUDED = "excluded"
    NOBODY = "nobody"
    OTHERS = "others"
    NO_RATE = "no_rate"
    TAKEN_BACK = "taken_back"
    NOT_COUNTED = "not_counted"
    OTHER_RULE = "other_rule"
    SHARED = "shared"
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
_NOBODY = {
    CreditTo.TERRITORY: Words("nobody is responsible for the territory in which it was sold", "其销售所在区域无人负责"),
    CreditTo.ABOVE: Words("nobody is above who sold it", "销售方没有上级"),
}
WORDS = {
    Why.NO_PLAN: Words("no plan was ever approved", "尚无已批准的方案"),
    Why.NO_PAYEE: Words("the order names no sales rep, whom the plan pays", "订单未注明该方案所支付的业务员"),
    Why.OTHER_CURRENCY: Words("the plan pays for lines in {currency}", "该方案只计 {currency} 订单"),
    Why.NOT_IN_FORCE: Words("the version is in force from {first} to {last}", "该版本有效期为 {first} 至 {last}"),
    Why.EXCLUDED: Words("the rule is for lines where {when}", "该规则只适用于 {when}"),
    Why.OTHERS: Words(
        "the rule credits others with it, not who sold it: by a split, a territory or a hierarchy",
        "该规则将其计入他人：依据分成、区域或上下级，而非销售方",
    ),
    Why.NO_RATE: Words("there is no exchange rate from {currency} for its day yet", "当日暂无 {currency} 的汇率"),
    Why.TAKEN_BACK: Words("all of it was cancelled or came back", "已全部取消或退回"),
    Why.NOT_COUNTED: Words("the rule counts no such line", "该规则不计此类明细"),
    Why.OTHER_RULE: Words("another rule is paid instead", "由互斥的其他规则支付"),
    Why.SHARED: Words("it pays, and what it pays is given out by shares", "可支付，所付金额已按份额分出"),
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
    """Of one rule, for one payee; ``rule_id`` is empty where it is the whole plan's, ``entry_id`` names the entry in which the line
    counts, or a share of it. ``payee`` is of which kind a member is who has a share; else it is that which the plan pays."""

    why: Why
    words: Words
    payee: Payee | None = None
    payee_id: str = ""
    rule_id: str = ""
    entry_id: str = ""


class Place(Struct, frozen=True):
    """Where an entry was posted last: its period, and the statement, once there is one."""

    period: str
    statement_id: str | None


def credited(plan: PlanDocument, credits_: Credits, lines: Sequence[Line]) -> dict[str, list[str]]:
    """By rule that counts lines: who is credited with the line of which these are the facts, at its moment or, before that, at others."""
    crediting = Crediting(plan, credits_)
    found: dict[str, list[str]] = {}
    for rule in _counting(plan):
        own = [one for one in lines if one.moment is rule.moment] or lines
        found[rule.rule_id] = sorted({payee_id for one in own for payee_id, _ in crediting.of(rule.credit, one)})
    return found


def reasons(
    plan: PlanDocument,
    seller: str,
    lines: Sequence[Line],
    whose: Mapping[str, Sequence[str]],
    entries: Mapping[str, Sequence[Entry]],
    places: Mapping[str, Place],
) -> Iterator[Reason]:
    """``lines`` are all facts of the one line of an order, ``whose`` is what `credited` says of them, and ``entries`` those of these
    payees by this version, with the shares that others have in them."""
    if not seller and not any(whose.values()):
        yield _reason(Why.NO_PAYEE)
    elif lines and plan.foreign is Foreign.LEFT_OUT and all(one.currency != plan.currency for one in lines):
        yield _reason(Why.OTHER_CURRENCY, payee=seller, currency=plan.currency)
    elif lines and all(not plan.life.first <= one.on <= plan.life.last for one in lines):
        yield _reason(Why.NOT_IN_FORCE, payee=seller, first=plan.life.first, last=plan.life.last)
    else:
        for rule in _counting(plan):
            payees = whose[rule.rule_id]
            for payee_id in payees:
                own = [one for one in entries.get(payee_id, ()) if one.rule_id == rule.rule_id]
                reason = _of_rule(plan, rule, lines, own, places)
                yield replace(reason, payee_id=payee_id)
                for share in (one for one in own if reason.why is Why.SHARED and one.pool == reason.entry_id and one.counted):
                    yield replace(_of_entry(share, places.get(share.entry_id)), payee=share.payee, payee_id=share.payee_id)
            if not payees:
                yield Reason(why=Why.NOBODY, words=_NOBODY.get(rule.credit, WORDS[Why.NO_PAYEE]), rule_id=rule.rule_id, payee_id=seller)
            elif seller and seller not in payees:
                yield _reason(Why.OTHERS, rule=rule.rule_id, payee=seller)


def _counting(plan: PlanDocument) -> Iterator[Rule]:
    return (rule for rule in plan.rules if rule.base is not Base.EARNED)


def _reason(why: Why, *, rule: str = "", entry: str = "", payee: str = "", **facts: object) -> Reason:
    return Reason(why=why, words=WORDS[why].of(facts), rule_id=rule, entry_id=entry, payee_id=payee)


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
    if entry is not None:
        return _of_entry(entry, places.get(entry.entry_id))
    foreign = [one.currency for one in eligible if one.currency != plan.currency]
    return _reason(Why.NO_RATE, rule=name, currency=foreign[0]) if foreign else _reason(Why.NOT_COUNTED, rule=name)


def _of_entry(entry: Entry, place: Place | None) -> Reason:
    about = {"rule": entry.rule_id, "entry": entry.entry_id}
    if not entry.amount:
        for step, why in ((Step.EXCLUDED, Why.OTHER_RULE), (Step.SHARED, Why.SHARED)):
            if any(change.step is step for change in entry.changes):
                return _reason(why, **about)
        steps = explained(entry)
        en, zh = "; ".join(one.en for one in steps), "；".join(one.zh for one in steps)
        words = Words(WORDS[Why.NOTHING_PAID].en.format(steps=en or "0"), WORDS[Why.NOTHING_PAID].zh.format(steps=zh or "0"))
        return Reason(why=Why.NOTHING_PAID, words=words, rule_id=entry.rule_id, entry_id=entry.entry_id)
    if place is None:
        return _reason(Why.NOT_POSTED, **about)
    if place.statement_id is None:
        return _reason(Why.PERIOD_NOT_OVER, **about, period=place.period)
    return _reason(Why.STATED, **about, statement_id=place.statement_id)
