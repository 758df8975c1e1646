"""Collecting: into which pots of which rules each line goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from operator import attrgetter
from typing import Any

from channel_terms import Span

from incentives.domain.condition import REMEMBERED, Eligible
from incentives.domain.facts import Base, Line
from incentives.domain.plan.document import Payee, PlanDocument
from incentives.domain.rule import Rule
from incentives.domain.rule_type import Credit
from incentives.domain.rule_types import read_pays

Key = tuple[str, str, Span]
"""Of a pot within its rule: payee, part, window."""
PAYEE = {Payee.PARTNER: attrgetter("partner_id"), Payee.SALES_REP: attrgetter("sales_rep")}


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

    def __init__(self, plan: PlanDocument) -> None:
        self.rules = [Collected(plan, rule) for rule in plan.rules]
        self._counting = [(at, one) for at, one in enumerate(self.rules) if one.rule.base is not Base.EARNED]
        asked = sorted({name for _, one in self._counting for name in one.condition.asked})
        self._alike: Any = attrgetter("moment", *asked)
        self._about: dict[Any, list[int]] = {}
        self._days: dict[date, list[list[int]]] = {}
        self._payees: dict[str, list[defaultdict[int, list[Line]]]] = {}
        self._currency, self._payee = plan.currency, PAYEE[plan.payee]
        self._seen: dict[str, Line] = {}

    def add(self, lines: Iterable[Line]) -> None:
        """``ValueError`` for another fact of an id that was told already: then nobody knows which is true."""
        seen, payee_of, currency, alike = self._seen, self._payee, self._currency, self._alike
        about, days, payees = self._about, self._days, self._payees
        for line in lines:
            if (known := seen.get(line.fact_id)) is not None:
                if known != line:
                    raise ValueError(f"fact {line.fact_id} was told otherwise before")
                continue
            seen[line.fact_id] = line
            payee_id = payee_of(line)
            if line.currency != currency or not payee_id:
                continue
            if (rules := about.get(key := alike(line))) is None:
                rules = self._rules_about(line, key)
            if (numbers := days.get(line.on)) is None:
                numbers = days[line.on] = [one.numbers(line.on) for one in self.rules]
            if (pots := payees.get(payee_id)) is None:
                pots = payees[payee_id] = self._new_payee(payee_id)
            for at in rules:
                own = pots[at]
                for number in numbers[at]:
                    own[number].append(line)

    def _rules_about(self, line: Line, key: Any) -> list[int]:
        rules = [at for at, one in self._counting if one.rule.moment is line.moment and one.condition.holds(line)]
        if len(self._about) < REMEMBERED:
            self._about[key] = rules
        return rules

    def _new_payee(self, payee_id: str) -> list[defaultdict[int, list[Line]]]:
        for one in self.rules:
            one.by_payee[payee_id] = defaultdict(list)
        return [one.by_payee[payee_id] for one in self.rules]


_ID: Any = attrgetter("fact_id")
