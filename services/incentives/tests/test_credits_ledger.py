"""Whenever it is told who is credited, at which rate, at which cost and with which promises: what is posted comes to what is earned."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from channel_events.pure import event_type
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation import Entry, calculate
from incentives.domain.credits import Responsible, Split, Under, Within
from incentives.domain.facts import Facts, Line, Quota, Rate
from incentives.domain.ledger.commands import IssueStatement, PostEarnings
from incentives.domain.ledger.decide import LEDGER
from incentives.domain.ledger.differences import Lines, changed, to_post
from incentives.domain.ledger.events import EarningAccrued, EarningReversed, LedgerEntry, LedgerEvent, StatementIssued
from incentives.domain.ledger.writing import Owner
from incentives.domain.words import Payee
from msgspec.structs import replace
from statement_checker import check

from .ledgers import require_chained
from .plans import line, plan, quota, rule
from .test_crediting import FLAT, credits_of, difference, responsible, share, split, under
from .test_exchange import rate
from .test_statement_file import KNOWN, PERIODS, _counted

EVERY = plan(
    rule(FLAT, rule_id="direct", window="quarter"),
    rule(FLAT, rule_id="deal", window="deal", limits={"most_each": "3000.00"}),
    rule(FLAT, rule_id="margin", base="margin", window="month"),
    rule(FLAT, rule_id="territory", credit="territory", window="quarter"),
    rule({"override": {"rates": ["0.02", "0.01"]}}, credit="above", window="month"),
    rule(difference(("0.03", "0.06", "0.09")), credit="group"),
    rule({"guarantee": {"of": ["direct"], "measure": "draw", "recovered": True}}, base="earned", window="quarter"),
    foreign="exchanged",
    pays_in="JPY",
    overlays=True,
)
PAYEES = ["p-1", "p-2", "p-7", "p-9", "boss", "chief"]


class Said(NamedTuple):
    """A word about something takes the place of the one before about the same; None takes it back."""

    about: str
    fact: Split | Under | Responsible | None


class Cost(NamedTuple):
    """Of a unit, from the first day on."""

    amount: Decimal


Told = Line | Said | Within | Quota | Rate | Cost

sold = st.builds(
    lambda at, cents, day, partner, territory, currency: line(
        at,
        Decimal(cents) / 100,
        date(2026, 1, 1) + timedelta(day),
        partner_id=partner,
        territory=territory,
        currency=currency,
        ordered_on=date(2026, 1, 1) + timedelta(day),
        order_id=f"o{at % 4:03}",
        line_id=str(at),
    ),
    st.integers(0, 400),
    st.integers(1, 900_000),
    st.integers(0, 300),
    st.sampled_from(["p-1", "p-2", "boss"]),
    st.sampled_from(["CN-E", "CN-E-1", "CN-W"]),
    st.sampled_from(["CNY", "CNY", "USD"]),
)
SPLITS = [
    None,
    split(share("p-1", "0.5"), share("p-9", "0.5")),
    split(share("p-9", "0.25"), share("p-2", "0.75"), share("p-7", "0.5", overlay=True)),
]
said: st.SearchStrategy[Told] = st.one_of(
    st.builds(
        lambda order, of: Said(f"split {order}", of and replace(of, order_id=order)),
        st.sampled_from(["o000", "o001"]),
        st.sampled_from(SPLITS),
    ),
    st.builds(
        lambda who, above, since: Said(f"under {who} {since}", under(who, above, since)),
        st.sampled_from(["p-1", "p-2"]),
        st.sampled_from(["boss", "chief", None]),
        st.sampled_from(["2026-01-01", "2026-05-01"]),
    ),
    st.builds(
        lambda area, who, of: Said(f"area {area} {who}", responsible(area, share(who, "0.5")) if of else None),
        st.sampled_from(["CN-E", "CN-W", "CN"]),
        st.sampled_from(["p-7", "p-9"]),
        st.booleans(),
    ),
    st.builds(lambda amount: Cost(Decimal(amount)), st.integers(1, 50)),
    st.sampled_from([rate("7.20", "2026-01-01"), rate("7.00", "2026-04-01"), rate("20.5", "2026-01-01", "CNY", "JPY")]),
    st.sampled_from(
        [rate("21", "2026-07-01", "CNY", "JPY"), Within(territory="CN-E-1", parent="CN-E"), Within(territory="CN-E", parent="CN")]
    ),
    st.sampled_from([quota(500, "2026-01-01", "2026-03-31", "draw"), quota(300, "2026-04-01", "2026-06-30", "draw", "boss")]),
)


@st.composite
def histories(draw: Any, back: bool = False) -> list[Told]:
    """What was sold, some of it taken back later, ``back``: all of it, in any order among what is said beside."""
    lines = draw(st.lists(sold, max_size=6, unique_by=lambda one: one.fact_id))
    told: list[Told] = [*lines, Said("under boss", under("boss", "chief")), *draw(st.lists(said, max_size=8))]
    if back:
        told = [one for one in told if not isinstance(one, Quota)]
    for one in lines:
        if back or draw(st.integers(0, 3)) == 0:
            about = {
                "fact_id": f"{one.fact_id}/back",
                "event_id": f"{one.event_id}/back",
                "told_on": min(one.on + timedelta(40), date(2026, 12, 31)),
            }
            told.append(replace(one, **about, units=-one.units, gross=-one.gross, net=-one.net))
    return list(draw(st.permutations(told)))


def facts_of(told: Sequence[Told], last: date, today: date) -> Facts:
    """What were facts at the end of a day, of what was told by now."""
    credits_ = {one.about: one.fact for one in told if isinstance(one, Said)}
    costs = [one.amount for one in told if isinstance(one, Cost)]
    known = [one for one in told if isinstance(one, Line) and one.since <= last]
    within = [one for one in told if isinstance(one, Within)]
    return Facts(
        lines=[replace(one, cost=costs[-1] * one.units) if costs else one for one in known],
        quotas=tuple(dict.fromkeys(one for one in told if isinstance(one, Quota))),
        rates=tuple({one for one in told if isinstance(one, Rate) and one.on <= last}),
        credits=credits_of(*(one for one in credits_.values() if one is not None), *within),
        today=today,
    )


class Books:
    """All payees' ledgers, and the periods that take postings."""

    def __init__(self) -> None:
        self.events: dict[str, list[LedgerEvent]] = {name: [] for name in PAYEES}
        self.taking = list(PERIODS)

    def close(self) -> None:
        period = self.taking.pop(0)
        for name, events in self.events.items():
            command = IssueStatement(owner=Owner(Payee.PARTNER, name), period=period, objection_days=0)
            events += LEDGER.decide(command, LEDGER.fold(events), KNOWN)

    def work_out(self, told: Sequence[Told], today: date) -> None:
        worked = [(period, calculate("dealers", 1, EVERY, facts_of(told, period.last, today))) for period in self.taking]
        for name, events in self.events.items():
            own = [(period, [one for one in entries if one.payee_id == name]) for period, entries in worked]
            gone = {one.entry.entry_id: one.entry for one in events if isinstance(one, EarningAccrued | EarningReversed)}
            for period, some in to_post(changed(LEDGER.fold(events), own), Lines(_counted(events)), gone):
                ledger = LEDGER.fold(events)
                command = PostEarnings(owner=Owner(Payee.PARTNER, name), number=ledger.number, period=period, worked=tuple(some))
                events += LEDGER.decide(command, ledger, KNOWN)

    def amounts(self) -> dict[str, Decimal]:
        """By entry what is posted of it, but for nothing."""
        found = {}
        for events in self.events.values():
            for name, days in LEDGER.fold(events).posted.items():
                if total := sum(days.values(), Decimal(0)):
                    found[name] = total
        return found

    def require_right(self) -> None:
        """Every ledger is chained, and its statements pass the checker."""
        while self.taking:
            self.close()
        for name, events in self.events.items():
            require_chained(events)
            issued = [one for one in events if isinstance(one, StatementIssued)]
            if not issued:
                assert not events
                continue
            upto = events.index(issued[-1]) + 1
            head = {"format": "qudao-statement/1", "statement_id": issued[-1].statement_id, "payee": "partner", "payee_id": name}
            said_ = [{"what": _what(one), "entry": one} for one in events[:upto] if isinstance(one, LedgerEntry)]
            report = check([msgspec.json.encode(one).decode() for one in (head, *said_)])
            assert report.findings == []


def _what(event: Any) -> str:
    return event_type(type(event)).name


def batch(told: Sequence[Told]) -> dict[str, Decimal]:
    last = PERIODS[-1].last
    found: list[Entry] = calculate("dealers", 1, EVERY, facts_of(told, last, last + timedelta(days=1)))
    assert {one.payee_id for one in found} <= set(PAYEES)
    return {one.entry_id: one.amount for one in found if one.amount}


def run(data: Any, told: Sequence[Told]) -> Books:
    """Worked out now and then, with periods closed in between, and in the end with all of it."""
    books = Books()
    for cut in sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=3))):
        books.work_out(told[:cut], books.taking[0].first)
        if data.draw(st.booleans()):
            books.close()
    books.work_out(told, PERIODS[-1].last + timedelta(days=1))
    return books


@settings(max_examples=40, deadline=None)
@given(data=st.data(), told=histories())
def test_posted_as_it_is_told_comes_to_the_same_as_worked_out_at_once(data: Any, told: list[Told]) -> None:
    books = run(data, told)
    assert books.amounts() == batch(told)
    books.require_right()


@settings(max_examples=25, deadline=None)
@given(data=st.data(), told=histories(back=True))
def test_when_all_comes_back_nothing_is_left_also_for_those_above_and_those_with_a_share(data: Any, told: list[Told]) -> None:
    books = run(data, told)
    assert books.amounts() == batch(told) == {}
    books.require_right()


@settings(max_examples=25, deadline=None)
@given(data=st.data(), told=histories())
def test_what_a_statement_says_never_changes_whatever_is_told_later(data: Any, told: list[Told]) -> None:
    cut = data.draw(st.integers(0, len(told)))
    books = Books()
    books.work_out(told[:cut], PERIODS[0].first)
    books.close()
    before = {name: list(events) for name, events in books.events.items()}
    books.work_out(told, PERIODS[-1].last + timedelta(days=1))
    for name, events in books.events.items():
        assert events[: len(before[name])] == before[name]
        later = events[len(before[name]) :]
        assert all(one.period_last > PERIODS[0].last for one in later if isinstance(one, EarningAccrued | EarningReversed))
    assert books.amounts() == batch(told)
