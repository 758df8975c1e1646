"""Working a plan out: rule by rule, in its order, so that a rule may look at what those before it pay."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from channel_terms import Span

from incentives.domain.calculation.entry import Entry
from incentives.domain.calculation.pots import Collected, Pots
from incentives.domain.calculation.rating import not_paid, rated, rounded
from incentives.domain.exact import summed
from incentives.domain.facts import Base, Facts, Line, Quota, Ruling
from incentives.domain.plan.document import Exclusive, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.rule_type import Pot
from incentives.domain.window import within


class Calculation:
    """One version of a plan over facts that arrive: `add` what came, and `entries` are as if all of it had come at once."""

    def __init__(self, plan_id: str, version: int, plan: PlanDocument) -> None:
        self._name, self._plan = (plan_id, version), plan
        self._pots = Pots(plan)
        self._quotas: dict[str, list[Quota]] = {}
        self._rulings: dict[str, list[Ruling]] = {}
        self._earned: dict[str, list[Entry]] = {}

    def add(self, facts: Facts) -> None:
        self._pots.add(facts.lines)
        for quota in facts.quotas:
            _once(self._quotas.setdefault(quota.payee_id, []), quota)
        for ruling in facts.rulings:
            _once(self._rulings.setdefault(ruling.payee_id, []), ruling)

    def entries(self) -> list[Entry]:
        """In the order of the rules, within one by payee, part and window. An entry that pays nothing is there, too: it says why."""
        self._earned = {}
        for rule in self._pots.rules:
            self._earned[rule.rule.rule_id] = [
                rated(rule, pot, self._plan, self._name, sum((self._earned_in(name, pot) for name in rule.rule.less), Fraction()), ids)
                for pot, ids in self._pots_of(rule)
            ]
            self._exclude(rule.rule)
        return [rounded(one) for entries in self._earned.values() for one in entries]

    def _exclude(self, rule: Rule) -> None:
        """Of rules that exclude each other, once the last of them was worked out, only one is paid for a payee and window: what is about
        their pay looks at what is left (`faults` of a plan see to it that it comes later)."""
        group = [one.rule_id for one in self._plan.rules if one.exclusive is not None and one.exclusive == rule.exclusive]
        if not group or group[-1] != rule.rule_id:
            return
        paid: dict[tuple[str, date], Entry] = {}
        for one in (one for name in group for one in self._earned[name] if one.unrounded):
            best = paid.setdefault((one.payee_id, one.first), one)
            if self._plan.exclusive is Exclusive.BEST and one.unrounded > best.unrounded:
                paid[one.payee_id, one.first] = one
        for name in group:
            self._earned[name] = [
                one if paid.get((one.payee_id, one.first)) in (one, None) else not_paid(one) for one in self._earned[name]
            ]

    def _pots_of(self, rule: Collected) -> Iterator[tuple[Pot, tuple[str, ...]]]:
        if rule.type.of is not None:
            yield from self._earned_pots(rule, rule.type.of(rule.parameters))
            return
        base = rule.rule.base
        for key, lines, before in rule.pots():
            counted, baseline = (summed([line.counted(base) for line in some]) for some in (lines, before))
            yield self._pot(key, counted, baseline, lines, base), ()

    def _earned_pots(self, rule: Collected, of: Sequence[str]) -> Iterator[tuple[Pot, tuple[str, ...]]]:
        found: dict[tuple[str, str, Span], list[Entry]] = {}
        windows = self._plan.windows
        for one in (one for name in of for one in self._earned[name]):
            span = windows.at(rule.rule.window, one.first)
            found.setdefault((one.payee_id, "", span), []).append(one)
        for key, entries in sorted(found.items()):
            earned = sum((one.unrounded for one in entries), Fraction())
            yield self._pot(key, earned, Fraction(), [], Base.EARNED), tuple(one.entry_id for one in entries)

    def _pot(self, key: tuple[str, str, Span], base: Fraction, baseline: Fraction, lines: list[Line], of: Base) -> Pot:
        payee_id, part, span = key
        return Pot(
            payee_id=payee_id,
            part=part,
            span=span,
            base=base,
            baseline=baseline,
            lines=lines,
            counted=lambda line: line.counted(of),
            quotas=self._quotas.get(payee_id, ()),
            rulings=self._rulings.get(payee_id, ()),
        )

    def _earned_in(self, rule_id: str, pot: Pot) -> Fraction:
        """What the rule pays the payee in windows within the pot's."""
        own = (one for one in self._earned[rule_id] if one.payee_id == pot.payee_id and within(Span(one.first, one.last), pot.span))
        return sum((one.unrounded for one in own), Fraction())


def calculate(plan_id: str, version: int, plan: PlanDocument, facts: Facts) -> list[Entry]:
    """The entries of one version of a plan over all facts there are."""
    calculation = Calculation(plan_id, version, plan)
    calculation.add(facts)
    return calculation.entries()


def _once(facts: list[object] | list[Quota] | list[Ruling], fact: Quota | Ruling) -> None:
    if fact not in facts:
        facts.append(fact)  # type: ignore[arg-type]
