"""Working a plan out: rule by rule, in its order, so that a rule may look at what those before it pay."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from channel_terms import Span

from incentives.domain.calculation.entry import Entry
from incentives.domain.calculation.pots import Collected, Key, Pots
from incentives.domain.calculation.rating import not_paid, rated, rounded
from incentives.domain.calculation.sharing import shared
from incentives.domain.credits import Credits, CreditTo
from incentives.domain.exact import summed
from incentives.domain.exchange import Rates
from incentives.domain.facts import Base, Facts, Line, Quota, Rate, Ruling
from incentives.domain.plan.document import Exclusive, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.rule_type import Pot
from incentives.domain.sharing import Sharing
from incentives.domain.window import Window, within

Way = tuple[str, ...]
"""Those through whom something came up, from who sold it on."""


class Calculation:
    """One version of a plan over facts that arrive: `add` what came, and `entries` are as if all of it had come at once."""

    def __init__(self, plan_id: str, version: int, plan: PlanDocument) -> None:
        self._name, self._plan = (plan_id, version), plan
        self._credits, self._rates = Credits(), frozenset[Rate]()
        self._sharings = frozenset[Sharing]()
        self._today: date | None = None
        self._pots = Pots(plan, self._credits, Rates(()))
        self._quotas: dict[str, list[Quota]] = {}
        self._rulings: dict[str, list[Ruling]] = {}
        self._earned: dict[str, list[Entry]] = {}

    def add(self, facts: Facts) -> None:
        """``today`` is the latest that was told."""
        known = (self._credits | facts.credits, self._rates | frozenset(facts.rates))
        if known != (self._credits, self._rates):
            # All that came before goes to whom it belongs by what is known now.
            self._credits, self._rates = known
            before, self._pots = self._pots, Pots(self._plan, self._credits, Rates(self._rates))
            self._pots.add(before.seen.values())
        self._sharings |= facts.sharings
        self._today = max((day for day in (self._today, facts.today) if day is not None), default=None)
        self._pots.add(facts.lines)
        # What is told of a payee of the other kind is nothing to the plan, though it may have the same id.
        for quota in (one for one in facts.quotas if one.payee is self._plan.payee):
            _once(self._quotas.setdefault(quota.payee_id, []), quota)
        for ruling in (one for one in facts.rulings if one.payee is self._plan.payee):
            _once(self._rulings.setdefault(ruling.payee_id, []), ruling)

    def entries(self) -> list[Entry]:
        """In the order of the rules, within one by payee, part and window. An entry that pays nothing is there, too: it says why.
        Behind one that is shared are those of its members."""
        self._earned = {}
        for rule in self._pots.rules:
            self._earned[rule.rule.rule_id] = [
                rated(rule, pot, self._plan, self._name, self._taken(rule.rule, pot), ids) for pot, ids in self._pots_of(rule)
            ]
            self._exclude(rule.rule)
        rates = Rates(self._rates)
        found = [rounded(one, self._plan, rates) for entries in self._earned.values() for one in entries]
        return list(shared(found, self._sharings, cache(self._before))) if self._sharings else found

    def _before(self, day: date) -> dict[str, Decimal]:
        """What entries come to by what counts before the day, unshared: what comes back counts on the day of its sale."""
        past = Calculation(*self._name, self._plan)
        past.add(
            Facts(
                lines=[one for one in self._pots.seen.values() if one.on < day],
                quotas=tuple(one for several in self._quotas.values() for one in several),
                rulings=tuple(one for several in self._rulings.values() for one in several if one.on < day),
                credits=self._credits,
                rates=tuple(self._rates),
                today=day if self._today is None else min(day, self._today),
            )
        )
        return {one.entry_id: one.amount for one in past.entries()}

    def _exclude(self, rule: Rule) -> None:
        """Of rules that exclude each other, once the last of them was worked out, only one is paid for a payee and window: what is about
        their pay looks at what is left (`faults` of a plan see to it that it comes later)."""
        group = [one.rule_id for one in self._plan.rules if one.exclusive is not None and one.exclusive == rule.exclusive]
        if not group or group[-1] != rule.rule_id:
            return
        paid: dict[tuple[str, date, str], Entry] = {}
        deals = rule.window is Window.DEAL  # of which there may be several on a day

        def rival(one: Entry) -> tuple[str, date, str]:
            return one.payee_id, one.first, one.part if deals else ""

        for one in (one for name in group for one in self._earned[name] if one.unrounded):
            best = paid.setdefault(rival(one), one)
            if self._plan.exclusive is Exclusive.BEST and one.unrounded > best.unrounded:
                paid[rival(one)] = one
        for name in group:
            self._earned[name] = [one if paid.get(rival(one)) in (one, None) else not_paid(one) for one in self._earned[name]]

    def _pots_of(self, rule: Collected) -> Iterator[tuple[Pot, tuple[str, ...]]]:
        if rule.type.of is not None and (of := rule.type.of(rule.parameters)):
            yield from self._earned_pots(rule, of)
            return
        base, made = rule.rule.base, []
        reached: dict[tuple[str, Span], dict[str, Fraction]] = {}
        for key, lines, before in rule.pots():
            counted, baseline = (summed([line.counted(base) for line in some]) for some in (lines, before))
            made.append(self._pot(key, counted, baseline, lines, base))
            reached.setdefault(key[1:], {})[key[0]] = counted
        for pot in made:
            pot.reached = reached[pot.part, pot.span]
            yield pot, ()

    def _earned_pots(self, rule: Collected, of: Sequence[str]) -> Iterator[tuple[Pot, tuple[str, ...]]]:
        found: dict[Key, dict[Way, list[Entry]]] = {}
        for one in (one for name in of for one in self._earned[name]):
            span = self._plan.windows.at(rule.rule.window, one.first)
            for payee_id, below in self._earning(rule, one):
                found.setdefault((payee_id, "", span), {}).setdefault(below, []).append(one)
        for key in self._promised(rule):
            found.setdefault(key, {})
        earlier: list[tuple[Span, Fraction]] = []
        payee_id = ""
        for key, ways in sorted(found.items()):
            if key[0] != payee_id:
                payee_id, earlier = key[0], []
            through = {below: sum((one.unrounded for one in ways[below]), Fraction()) for below in sorted(ways)}
            pot = self._pot(key, sum(through.values(), Fraction()), Fraction(), [], Base.EARNED)
            pot.through, pot.earlier = through, tuple(earlier)
            earlier.append((pot.span, pot.base))
            yield pot, tuple(one.entry_id for below in sorted(ways) for one in ways[below])

    def _earning(self, rule: Collected, entry: Entry) -> Iterator[tuple[str, Way]]:
        """Who has what the entry pays as its base, and through whom."""
        if rule.rule.credit is CreditTo.ABOVE:
            return self._pots.crediting.above(entry.payee_id, entry.last)
        return iter([(entry.payee_id, ())])

    def _promised(self, rule: Collected) -> Iterator[Key]:
        """The windows for which a payee has a quota though it earned nothing in them: those that are over."""
        if rule.type.quota is None:
            return
        measure, life = rule.type.quota(rule.parameters), self._plan.life
        for quota in (one for quotas in self._quotas.values() for one in quotas if one.measure == measure):
            span = self._plan.windows.at(rule.rule.window, quota.first)
            if within(quota.span, span) and life.first <= quota.first <= life.last and self._over(span):
                yield quota.payee_id, "", span

    def _over(self, span: Span) -> bool:
        return self._today is None or span.last < self._today

    def _pot(self, key: Key, base: Fraction, baseline: Fraction, lines: list[Line], of: Base) -> Pot:
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
            over=self._over(span),
        )

    def _taken(self, rule: Rule, pot: Pot) -> Fraction:
        deal = rule.window is Window.DEAL
        return sum((self._earned_in(name, pot, deal=deal) for name in rule.less), Fraction())

    def _earned_in(self, rule_id: str, pot: Pot, *, deal: bool) -> Fraction:
        """What the rule pays the payee in windows within the pot's."""
        own = [one for one in self._earned[rule_id] if one.payee_id == pot.payee_id and within(Span(one.first, one.last), pot.span)]
        if deal:  # of which there may be several on a day
            own = [one for one in own if one.part == pot.part]
        return sum((one.unrounded for one in own), Fraction())


def calculate(plan_id: str, version: int, plan: PlanDocument, facts: Facts) -> list[Entry]:
    """The entries of one version of a plan over all facts there are."""
    calculation = Calculation(plan_id, version, plan)
    calculation.add(facts)
    return calculation.entries()


def _once(facts: list[object] | list[Quota] | list[Ruling], fact: Quota | Ruling) -> None:
    if fact not in facts:
        facts.append(fact)  # type: ignore[arg-type]
