"""Rating: what one rule pays on one pot, within its limits."""

from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from incentives.domain.calculation.entry import Adjustment, Entry, Step
from incentives.domain.calculation.pots import Collected
from incentives.domain.exact import exactly, payable
from incentives.domain.exchange import Rates
from incentives.domain.plan.document import PlanDocument, RateOn
from incentives.domain.rule_type import Pot


def rated(rule: Collected, pot: Pot, plan: PlanDocument, name: tuple[str, int], taken: Fraction, earned_by: tuple[str, ...]) -> Entry:
    """The entry, not yet rounded. ``taken`` is what does not count because other rules pay it; ``name`` the plan's id and version."""
    counted, limits = pot.base, rule.rule.limits
    changes: list[Adjustment] = []
    if taken:
        pot.base = _changed(changes, Step.LESS, pot.base, pot.base - taken)
    if limits.most_each is not None and (cut := _beyond_each(pot, limits.most_each)):
        pot.base = _changed(changes, Step.MOST_EACH, pot.base, pot.base - cut)
    if limits.most_counted is not None and pot.base > (most := Fraction(limits.most_counted)):
        pot.base = _changed(changes, Step.MOST_COUNTED, pot.base, most)
    slices = tuple(rule.type.rate(rule.parameters, pot))
    ahead = min((one for one in rule.type.marks(rule.parameters, pot) if one > pot.base), default=None)
    amount = sum((one.amount for one in slices), Fraction())
    if limits.least_paid is not None and 0 < amount < Fraction(limits.least_paid):
        amount = _changed(changes, Step.LEAST_PAID, amount, Fraction())
    if limits.guaranteed is not None and counted > 0 and amount < (least := Fraction(limits.guaranteed)):
        amount = _changed(changes, Step.GUARANTEED, amount, least)
    if limits.most_paid is not None and amount > (most := Fraction(limits.most_paid)):
        amount = _changed(changes, Step.MOST_PAID, amount, most)
    plan_id, version = name
    return Entry(
        entry_id="~".join([plan_id, str(version), rule.rule.rule_id, pot.part, pot.payee_id, str(pot.span.first)]),
        plan_id=plan_id,
        version=version,
        rule_id=rule.rule.rule_id,
        rule_type=rule.type.name,
        part=pot.part,
        payee=plan.payee,
        payee_id=pot.payee_id,
        first=pot.span.first,
        last=pot.span.last,
        currency=plan.paid_in,
        base=rule.rule.base,
        moment=rule.rule.moment,
        counted=counted,
        baseline=pot.baseline,
        changes=tuple(changes),
        slices=slices,
        unrounded=amount,
        rounding=plan.rounding,
        amount=Decimal(0),
        lines=tuple(pot.lines),
        earned_by=earned_by,
        ahead=ahead,
    )


def _changed(changes: list[Adjustment], step: Step, before: Fraction, after: Fraction) -> Fraction:
    changes.append(Adjustment(step, before, after))
    return after


def not_paid(entry: Entry) -> Entry:
    """Of an entry that another excludes."""
    if not entry.unrounded:
        return entry
    return replace(entry, changes=(*entry.changes, Adjustment(Step.EXCLUDED, entry.unrounded, Fraction())), unrounded=Fraction())


def _beyond_each(pot: Pot, most: Decimal) -> Fraction:
    """How much of its deals lies beyond what counts of each."""
    with exactly():
        return Fraction(sum((one - most for one in pot.by(lambda line: line.order_id).values() if one > most), Decimal(0)))


def rounded(entry: Entry, plan: PlanDocument, rates: Rates) -> Entry:
    """To what can be paid, once: exchanged first, where it is paid in another currency."""
    changes, due, rate = list(entry.changes), entry.unrounded, None
    if plan.paid_in != plan.currency:
        rate = rates.at(plan.currency, plan.paid_in, entry.first if plan.rate_on is RateOn.FIRST else entry.last)
        if rate is None and due:
            due = _changed(changes, Step.NO_RATE, due, Fraction())
        elif rate is not None and due:
            due = _changed(changes, Step.EXCHANGED, due, due * Fraction(rate.rate))
    amount = payable(due, entry.currency, entry.rounding)
    if (after := Fraction(amount)) != due:
        _changed(changes, Step.ROUNDED, due, after)
    return replace(entry, amount=amount, changes=tuple(changes), exchanged=rate)
