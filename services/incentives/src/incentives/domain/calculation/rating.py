"""Rating: what one rule pays on one pot, within its limits."""

from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from incentives.domain.calculation.entry import Adjustment, Entry, Step
from incentives.domain.calculation.pots import Collected
from incentives.domain.exact import payable
from incentives.domain.plan.document import PlanDocument
from incentives.domain.rule_type import Pot


def rated(rule: Collected, pot: Pot, plan: PlanDocument, name: tuple[str, int], taken: Fraction, earned_by: tuple[str, ...]) -> Entry:
    """The entry, not yet rounded. ``taken`` is what does not count because other rules pay it; ``name`` the plan's id and version."""
    counted, limits = pot.base, rule.rule.limits
    changes: list[Adjustment] = []
    if taken:
        pot.base = _changed(changes, Step.LESS, pot.base, pot.base - taken)
    if limits.most_counted is not None and pot.base > (most := Fraction(limits.most_counted)):
        pot.base = _changed(changes, Step.MOST_COUNTED, pot.base, most)
    slices = tuple(rule.type.rate(rule.parameters, pot))
    amount = sum((one.amount for one in slices), Fraction())
    if limits.least_paid is not None and 0 < amount < Fraction(limits.least_paid):
        amount = _changed(changes, Step.LEAST_PAID, amount, Fraction())
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
        payee_id=pot.payee_id,
        first=pot.span.first,
        last=pot.span.last,
        currency=plan.currency,
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
    )


def _changed(changes: list[Adjustment], step: Step, before: Fraction, after: Fraction) -> Fraction:
    changes.append(Adjustment(step, before, after))
    return after


def not_paid(entry: Entry) -> Entry:
    """Of an entry that another excludes."""
    if not entry.unrounded:
        return entry
    return replace(entry, changes=(*entry.changes, Adjustment(Step.EXCLUDED, entry.unrounded, Fraction())), unrounded=Fraction())


def rounded(entry: Entry) -> Entry:
    """To what can be paid, once."""
    amount = payable(entry.unrounded, entry.currency, entry.rounding)
    if (after := Fraction(amount)) == entry.unrounded:
        return replace(entry, amount=amount)
    return replace(entry, amount=amount, changes=(*entry.changes, Adjustment(Step.ROUNDED, entry.unrounded, after)))
