"""A payee's ledger: differences are posted, statements issued once, and every entry is chained and balances."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from channel_testing import given as when_given
from hypothesis import given, settings
from hypothesis import strategies as st
from incentives.domain.calculation.entry import Part
from incentives.domain.ledger import Account, Posting, balances, unbalanced
from incentives.domain.ledger.commands import IssueStatement, PostAdjustment
from incentives.domain.ledger.decide import LEDGER, ledger_key
from incentives.domain.ledger.differences import CountedIn, Lines
from incentives.domain.ledger.events import (
    CHAINED,
    EarningAccrued,
    EarningReversed,
    EarningsWorkedOut,
    LedgerEvent,
    LinesCounted,
    StatementIssued,
    StatementSettled,
)
from incentives.domain.ledger.said import Counted, new_lines
from incentives.domain.ledger.statements import owner_of, statement_id
from incentives.domain.ledger.writing import Owner, Writer
from incentives.domain.plan.document import Payee
from incentives.domain.settlement import Period

from .ledgers import CALENDAR, FEBRUARY, JANUARY, OWNER, TODAY, done, posting, require_chained, worked

ISSUE = IssueStatement(owner=OWNER, period=JANUARY, objection_days=14)


def amounts(events: list[LedgerEvent]) -> list[tuple[str, Decimal]]:
    return [(one.period, one.amount) for one in events if isinstance(one, EarningAccrued | EarningReversed)]


def test_what_is_posted_is_the_difference_to_what_was() -> None:
    events = done(posting(worked("100.00")), posting(worked("70.00"), number=2), posting(worked("70.00"), number=4))
    assert amounts(events) == [("2026-01", Decimal(100)), ("2026-01", Decimal("-30.00"))]
    last = events[-1]
    assert isinstance(last, EarningReversed)
    assert (last.before, last.after, last.lines) == (Decimal(100), Decimal("70.00"), 1)
    assert balances([p for one in events if isinstance(one, CHAINED) for p in one.postings]) == {
        (Account.EXPENSE, "CNY"): Decimal(100),
        (Account.CLAWED_BACK, "CNY"): Decimal(-30),
        (Account.ACCRUED, "CNY"): Decimal(-70),
    }


def test_a_run_on_an_older_ledger_posts_nothing() -> None:
    events = done(posting(worked("100.00"), seen=3))
    assert isinstance(events[-1], EarningsWorkedOut)
    when_given(LEDGER, *events).known(today=TODAY).when(posting(worked("1.00"), number=0, seen=2)).then_nothing()
    when_given(LEDGER, *events).known(today=TODAY).when(posting(worked("100.00"), number=2, seen=3)).then_nothing()


def test_an_earlier_period_that_is_open_takes_what_happened_in_it_and_the_later_one_the_rest() -> None:
    events = done(
        posting(worked("10.00")),
        posting(worked("25.00"), number=2, period=FEBRUARY),
        posting(worked("12.00"), number=4),
        posting(worked("27.00"), number=6, period=FEBRUARY),
    )
    assert amounts(events) == [("2026-01", Decimal(10)), ("2026-02", Decimal(15)), ("2026-01", Decimal(2))]


def test_a_period_with_a_statement_takes_nothing_more() -> None:
    events = done(posting(worked("100.00")), ISSUE)
    when_given(LEDGER, *events).known(today=TODAY).when(posting(worked("90.00"), number=3)).then_rejected("period_cut_off")
    adjusting = PostAdjustment(owner=OWNER, period=JANUARY, currency="CNY", amount=Decimal(1), cause="d-1", reason="", by="eve")
    when_given(LEDGER, *events).known(today=TODAY).when(adjusting).then_rejected("period_cut_off")
    later = done(posting(worked("90.00"), number=3, period=FEBRUARY), before=events)
    assert amounts(later) == [("2026-01", Decimal(100)), ("2026-02", Decimal(-10))]


def test_a_statement_says_what_was_posted_and_the_head_of_the_chain_before_it() -> None:
    adjusting = PostAdjustment(owner=OWNER, period=JANUARY, currency="CNY", amount=Decimal(5), cause="d-1", reason="", by="eve")
    events = done(posting(worked("100.00")), posting(worked("70.00"), number=2), adjusting, ISSUE, ISSUE)
    [one] = [one for one in events if isinstance(one, StatementIssued)]
    assert (one.statement_id, one.since, one.number, one.head) == ("partner~p-1~2026-01", 1, 6, one.previous)
    [of] = one.amounts
    assert (of.carried, of.accrued, of.reversed, of.adjusted, of.payable) == tuple(map(Decimal, (0, 100, -30, 5, 75)))
    assert (one.occurred_on, one.objections_until) == (date(2026, 2, 10), date(2026, 2, 24))


def test_what_is_below_zero_is_carried_to_the_next_statement() -> None:
    events = done(posting(worked("100.00")), ISSUE, posting(worked("60.00"), number=3, period=FEBRUARY))
    february, march = (IssueStatement(owner=OWNER, period=one, objection_days=0) for one in (FEBRUARY, CALENDAR.after(FEBRUARY)))
    events = done(february, posting(worked("90.00"), number=6, period=CALENDAR.after(FEBRUARY)), march, before=events)
    *_, second, third = [one for one in events if isinstance(one, StatementIssued)]
    assert [(one.amounts[0].carried, one.amounts[0].payable) for one in (second, third)] == [
        (Decimal(0), Decimal(-40)),
        (Decimal(-40), Decimal(-10)),
    ]
    assert [one.statement_id for one in events if isinstance(one, StatementSettled)] == ["partner~p-1~2026-02"]
    ledger = LEDGER.fold(events)
    assert [one.owed["CNY"] for one in ledger.statements.values()] == [100, 0, -10]


def test_what_comes_to_nothing_is_settled_by_its_statement() -> None:
    events = done(posting(worked("100.00")), posting(worked("0"), number=2), ISSUE)
    assert [type(one) for one in events[-2:]] == [StatementIssued, StatementSettled]


def test_many_lines_are_said_in_several_events() -> None:
    events = done(posting(worked("1.00", lines=1001)))
    assert [len(one.lines) for one in events if isinstance(one, LinesCounted)] == [500, 500, 1]


def test_of_lines_what_is_new_is_said_and_what_is_no_more() -> None:
    now = [Part("f1", "e", "o", "1", Decimal(5)), Part("f2", "e", "o", "2", Decimal(7)), Part("f4", "e", "o", "4", Decimal(0))]
    before = {"f1": Counted("e", "o", "1", Decimal(5)), "f2": Counted("e", "o", "2", Decimal(9)), "f3": Counted("e", "o", "3", Decimal(2))}
    assert [(one.fact_id, one.counted) for one in new_lines(now, before)] == [("f2", Decimal(-2)), ("f4", Decimal(0)), ("f3", Decimal(-2))]


def test_a_posting_that_does_not_balance_is_never_written() -> None:
    with pytest.raises(ValueError, match="do not balance"):
        Writer(OWNER, LEDGER.initial).entry(LinesCounted, [Posting(Account.PAID, "CNY", Decimal(1))])


def test_a_partner_and_a_sales_rep_of_one_name_have_ledgers_of_their_own() -> None:
    rep = Owner(Payee.SALES_REP, "p-1")
    assert ledger_key(rep) != ledger_key(OWNER)
    for owner in (rep, OWNER, Owner(Payee.PARTNER, "p~1~x")):
        assert owner_of(statement_id(owner, "2026-01")) == (owner, "2026-01")


totals = st.lists(
    st.tuples(st.integers(-10_000, 10_000), st.sampled_from(["volume", "bonus"]), st.integers(0, 2), st.booleans()), max_size=15
)
PERIODS = [JANUARY, FEBRUARY, CALENDAR.after(FEBRUARY)]


@settings(deadline=None)
@given(totals)
def test_whatever_is_worked_out_the_ledger_is_chained_balances_and_comes_to_what_was_last(steps: list[tuple[int, str, int, bool]]) -> None:
    events: list[LedgerEvent] = []
    closed = 0
    for cents, name, at, close in steps:
        period = PERIODS[max(at, closed)]
        events = done(posting(worked(Decimal(cents) / 100, name), number=LEDGER.fold(events).number, period=period), before=events)
        assert LEDGER.fold(events).posted_until(f"dealers~1~{name}~~p-1~2026-01-01", period.last) == Decimal(cents) / 100
        if close and closed < 2:
            events = done(IssueStatement(owner=OWNER, period=PERIODS[closed], objection_days=0), before=events)
            closed += 1
    require_chained(events)
    posted: list[Posting] = []
    for one in events:
        if isinstance(one, CHAINED):
            posted += one.postings
            assert unbalanced(posted) == {}
    ledger = LEDGER.fold(events)
    owed = sum((sum(one.owed.values()) for one in ledger.statements.values()), Decimal(0))
    assert balances(posted).get((Account.PAYABLE, "CNY"), Decimal(0)) == -owed
    unstated = sum((sums.total for of in ledger.unstated.values() for sums in of.values()), Decimal(0))
    assert balances(posted).get((Account.ACCRUED, "CNY"), Decimal(0)) == -unstated


def test_a_kept_state_is_the_state() -> None:
    ledger = LEDGER.fold(done(posting(worked("100.00"), seen=1), ISSUE))
    assert LEDGER.unkeep(LEDGER.keep(ledger)) == ledger


def test_an_entry_read_from_the_log_has_the_hash_it_was_written_with() -> None:
    events = [one for one in done(posting(worked("100.50"), seen=1), ISSUE) if isinstance(one, CHAINED)]
    require_chained([msgspec.json.decode(msgspec.json.encode(one), type=type(one)) for one in events])


def test_what_was_said_of_lines_in_a_later_period_was_not_said_in_an_earlier_one() -> None:
    said = [("f1", JANUARY, 5), ("f2", FEBRUARY, 7), ("f1", FEBRUARY, -2)]
    lines = Lines(CountedIn("entry", name, period.last, Counted("e", "o", "1", Decimal(count))) for name, period, count in said)

    def until(period: Period) -> dict[str, int]:
        return {name: int(one.counted) for name, one in lines.until("entry", period.last).items()}

    assert (until(JANUARY), until(FEBRUARY)) == ({"f1": 5}, {"f1": 3, "f2": 7})
