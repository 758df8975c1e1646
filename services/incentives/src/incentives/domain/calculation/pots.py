"""Collecting: into which pots of which rules each line goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any

from channel_terms import Span, as_part

from incentives.domain.calculation.crediting import SOLD_BY, Credited, Crediting
from incentives.domain.condition import REMEMBERED, Eligible
from incentives.domain.credits import Credits, CreditTo
from incentives.domain.exchange import Rates
from incentives.domain.facts import Base, Line
from incentives.domain.plan.document import Foreign, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.rule_type import Credit
from incentives.domain.rule_types import read_pays
from incentives.domain.window import Window

Key = tuple[str, str, Span]
"""Of a pot within its rule: payee, part, window."""


class Collected:
    """The pots of one rule: by payee, then by the number of the `Credit` in ``credits``."""

    def __init__(self, plan: PlanDocument, rule: Rule) -> None:
        self.rule = rule
        self.type, self.parameters = read_pays(rule.pays)
        self.condition = Eligible(rule.when)
        self.credits: dict[Credit, int] = {}
        self.by_payee: dict[str, defaultdict[int, list[Line]]] = {}
        self._life, self._windows = plan.life, plan.windows

    def numbers(self, day: date) -> list[int]:
        """Of the credits that lines of a day go to."""
        lives = self._life.first <= day <= self._life.last
        credits_ = self.type.credit(self.parameters, self.rule.window, self._windows, day)
        return [self.credits.setdefault(one, len(self.credits)) for one in credits_ if lives or one.baseline]

    def numbers_of(self, line: Line) -> list[int]:
        """The same of one line: a deal is a window of its own, on the day of its order."""
        if self.rule.window is not Window.DEAL:
            return self.numbers(line.on)
        if not self._life.first <= line.on <= self._life.last:
            return []
        day = line.ordered_on or line.on
        return [self.credits.setdefault(Credit(Span(day, day), as_part(line.order_id).replace("~", "%7E")), len(self.credits))]

    def pots(self) -> Iterator[tuple[Key, list[Line], list[Line]]]:
        """Each with the lines in it and those that it is compared with, in order, whatever order they came in."""
        named = list(self.credits)
        found: dict[Key, tuple[list[Line], list[Line]]] = {}
        for payee_id, pots in self.by_payee.items():
            for number, lines in pots.items():
                span, part, baseline = named[number]
                lines.sort(key=_ID)
                found.setdefault((payee_id, part, span), ([], []))[baseline].extend(lines)
        for key in sorted(found):
            yield key, *found[key]


class Pots:
    """The pots of all rules of a plan that count lines. Each fact counts once, whatever comes twice.

    To which rules lines go that are alike in what conditions ask, and to which windows those of a day, is worked out once, so that a line
    costs a few look-ups and no more (`make bench ONLY=rating`).
    """

    def __init__(self, plan: PlanDocument, credits_: Credits, rates: Rates) -> None:
        self.crediting, self._rates = Crediting(plan, credits_), rates
        self.rules = [Collected(plan, rule) for rule in plan.rules]
        self._counting = [(at, one) for at, one in enumerate(self.rules) if one.rule.base is not Base.EARNED]
        asked = sorted({name for _, one in self._counting for name in one.condition.asked})
        self._alike: Any = attrgetter("moment", *asked)
        self._about: dict[Any, list[int]] = {}
        self._days: dict[date, list[list[int]]] = {}
        self._payees: dict[str, list[defaultdict[int, list[Line]]]] = {}
        self._currency, self._payee = plan.currency, SOLD_BY[plan.payee]
        self._foreign = plan.foreign is Foreign.EXCHANGED
        self._plain = self.crediting.plain and all(
            one.rule.credit is CreditTo.DIRECT and one.rule.window is not Window.DEAL for _, one in self._counting
        )
        self.seen: dict[str, Line] = {}

    def add(self, lines: Iterable[Line]) -> None:
        """``ValueError`` for another fact of an id that was told already: then nobody knows which is true."""
        payee_of, alike = self._payee, self._alike
        about, days, payees = self._about, self._days, self._payees
        for line in self._counted(lines):
            if (rules := about.get(key := alike(line))) is None:
                rules = self._rules_about(line, key)
            if not self._plain:
                self._spread(line, rules)
                continue
            if not (payee_id := payee_of(line)):
                continue
            if (numbers := days.get(line.on)) is None:
                numbers = days[line.on] = [one.numbers(line.on) for one in self.rules]
            if (pots := payees.get(payee_id)) is None:
                pots = self._new_payee(payee_id)
            for at in rules:
                own = pots[at]
                for number in numbers[at]:
                    own[number].append(line)

    def _counted(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Those that are new, as the plan counts them: in its currency."""
        seen, currency = self.seen, self._currency
        for line in lines:
            if (known := seen.get(line.fact_id)) is not None:
                if known != line:
                    raise ValueError(f"fact {line.fact_id} was told otherwise before")
                continue
            seen[line.fact_id] = line
            if line.currency == currency:
                yield line
            elif self._foreign and (exchanged := self._rates.exchanged(line, currency)) is not None:
                yield exchanged

    def _spread(self, line: Line, rules: Iterable[int]) -> None:
        """To everybody who is credited by each of the rules."""
        credited: dict[CreditTo, list[Credited]] = {}
        for at in rules:
            rule = self.rules[at]
            if (found := credited.get(to := rule.rule.credit)) is None:
                found = credited[to] = list(self.crediting.of(to, line))
            if found:
                numbers = rule.numbers_of(line)
                for payee_id, own in found:
                    pots = self._payees[payee_id] if payee_id in self._payees else self._new_payee(payee_id)
                    for number in numbers:
                        pots[at][number].append(own)

    def _rules_about(self, line: Line, key: Any) -> list[int]:
        rules = [at for at, one in self._counting if one.rule.moment is line.moment and one.condition.holds(line)]
        if len(self._about) < REMEMBERED:
            self._about[key] = rules
        return rules

    def _new_payee(self, payee_id: str) -> list[defaultdict[int, list[Line]]]:
        for one in self.rules:
            one.by_payee[payee_id] = defaultdict(list)
        self._payees[payee_id] = [one.by_payee[payee_id] for one in self.rules]
        return self._payees[payee_id]


_ID: Any = attrgetter("fact_id")
