"""A partner's part of a fund: what is asked for, promised, claimed and paid of it, and what is left when the time is over."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Rejected
from channel_testing import feed, given, recorded
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from incentives.application.funds import EXPIRE_FUNDS
from incentives.domain.fund.budget import FUND, AllocateFund, BudgetGiven, BudgetSet, FundOpened, OpenFund, SetBudget
from incentives.domain.fund.words import CarryOver, FundTerms
from incentives.domain.fund_part import commands as ask
from incentives.domain.fund_part import events as told
from incentives.domain.fund_part.decide import FUND_PART
from incentives.domain.ledger import balances, unbalanced
from incentives.views.funds import FUNDS
from msgspec.structs import asdict, fields, replace

from .funds import ASKED, DAY, HASH, PART, TERMS

OPENED = FundOpened(fund_id="mdf", title="MDF", terms=TERMS, budget=Decimal(1000), by="eve", occurred_on=DAY)
GIVE: dict[str, Any] = PART | {"amount": Decimal(600), "reference": "Q1", "on": DAY}
GIVEN = BudgetGiven(**PART, amount=Decimal(600), given=Decimal(600), budget=Decimal(1000), occurred_on=DAY)
PROOF = ask.ProofFile(name="invoice.pdf", sha256=HASH)


def test_the_budget_is_never_exceeded_nor_set_below_what_was_given() -> None:
    said = OpenFund(fund_id="mdf", title="MDF", budget=Decimal(1000), by="eve", on=DAY, **asdict(TERMS))
    given(FUND).when(said).then(OPENED)
    given(FUND, OPENED).when(said).then_nothing()
    given(FUND, OPENED).when(replace(said, reimburses=Decimal(1))).then_rejected("fund_exists")
    given(FUND).when(replace(said, claims_until=date(2026, 12, 30))).then_rejected("days_reversed")
    given(FUND).when(AllocateFund(**GIVE)).then_rejected("fund_unknown")
    given(FUND, OPENED).when(AllocateFund(**GIVE)).then(GIVEN)
    given(FUND, OPENED, GIVEN).when(AllocateFund(**GIVE)).then_rejected("fund_budget_exceeded", left=Decimal(400))
    given(FUND, OPENED, GIVEN).when(SetBudget(fund_id="mdf", budget=Decimal(599))).then_rejected("fund_budget_given")
    set_anew = BudgetSet(fund_id="mdf", budget=Decimal(600), previous=Decimal(1000), by="eve", occurred_on=DAY)
    given(FUND, OPENED, GIVEN).when(SetBudget(fund_id="mdf", budget=Decimal(600), by="eve", on=DAY)).then(set_anew)
    given(FUND, OPENED).when(AllocateFund(**GIVE | {"amount": Decimal("0.001")})).then_rejected("fund_amount_invalid")


class Part:
    """A partner's part of a fund, and what was asked of it so far."""

    def __init__(self, amount: int = 2000, terms: FundTerms = TERMS, today: date = DAY) -> None:
        self.state, self.events, self.today = FUND_PART.initial, list[Any](), today
        self.do(ask.OpenPart, terms=terms, amount=Decimal(amount), reference="Q1", by="eve", on=DAY)

    def do(self, command: type, **said: Any) -> list[Any]:
        fits = {"by", "on"} & {one.name for one in fields(command)}
        more = {"by": said.pop("by", "ann")} if "by" in fits else {}
        more |= {"on": said.pop("on", self.today)} if "on" in fits else {}
        spec = given(FUND_PART, *self.events).known(today=self.today).when(command(**PART | said | more))
        if spec.rejected is not None:
            raise spec.rejected
        self.events += spec.events
        self.state = FUND_PART.fold(spec.events, self.state)
        return list(spec.events)

    def refused(self, command: type, **said: Any) -> str:
        with pytest.raises(Rejected) as caught:
            self.do(command, **said)
        return caught.value.code

    def requested(self, amount: int = 1000, request_id: str = "r", approved: int | None = None) -> None:
        self.do(ask.RequestFund, request_id=request_id, **ASKED | {"amount": Decimal(amount)})
        self.do(ask.ApproveFundRequest, request_id=request_id, by="bob", amount=approved and Decimal(approved))
        self.do(ask.ReportActivity, request_id=request_id, held_on=date(2026, 2, 1), report="done")

    def claim(self, amount: int, claim_id: str = "c", **more: Any) -> dict[str, Any]:
        money = {"cost": Decimal(2 * amount), "amount": Decimal(amount)}
        return {"request_id": "r", "claim_id": claim_id, "proofs": (PROOF,), **money, **more}

    @property
    def at(self) -> tuple[int, ...]:
        one = self.state.standing
        return tuple(int(x) for x in (one.available, one.committed, one.owed, one.paid, one.expired))


def test_from_a_request_to_a_payment() -> None:
    part = Part(2000)
    part.requested(1000)
    assert part.at == (1000, 1000, 0, 0, 0)
    part.do(ask.SubmitClaim, **part.claim(300, "a"))
    part.do(ask.SubmitClaim, **part.claim(700, "b"))
    assert part.do(ask.SubmitClaim, **part.claim(700, "b")) == []
    part.do(ask.ApproveClaim, request_id="r", claim_id="a", by="bob", amount=Decimal(250))
    assert part.at == (1000, 750, 250, 0, 0)
    part.do(ask.PayClaim, request_id="r", claim_id="a", by="eve", reference="bank-1")
    assert part.do(ask.PayClaim, request_id="r", claim_id="a", by="eve", reference="bank-1") == []
    assert part.at == (1000, 750, 0, 250, 0)
    part.do(ask.DenyClaim, request_id="r", claim_id="b", by="bob", reason="not readable")
    part.do(ask.SubmitClaim, **part.claim(50, "c"))
    part.do(ask.EndFundRequest, request_id="r", reason="that was all")
    assert part.at == (1700, 50, 0, 250, 0)
    part.do(ask.WithdrawClaim, request_id="r", claim_id="c", reason="mine")
    assert part.at == (1750, 0, 0, 250, 0)


def test_what_is_refused() -> None:
    part = Part(2000)
    assert part.refused(ask.RequestFund, request_id="r", **ASKED | {"amount": Decimal(0)}) == "fund_amount_invalid"
    part.do(ask.RequestFund, request_id="r", **ASKED | {"amount": Decimal(3000)})
    assert part.do(ask.RequestFund, request_id="r", **ASKED | {"amount": Decimal(3000)}) == []
    assert part.refused(ask.RequestFund, request_id="r", **ASKED) == "fund_request_exists"
    assert part.refused(ask.ApproveFundRequest, request_id="r", by="ann", amount=Decimal(1)) == "fund_four_eyes"
    assert part.refused(ask.ApproveFundRequest, request_id="r", by="bob") == "fund_exceeded"
    assert part.refused(ask.ApproveFundRequest, request_id="x", by="bob") == "fund_request_unknown"
    assert part.refused(ask.SubmitClaim, **part.claim(1)) == "fund_request_step_wrong"
    part.do(ask.ApproveFundRequest, request_id="r", by="bob", amount=Decimal(2000))
    assert part.refused(ask.DenyFundRequest, request_id="r", by="bob", reason="no") == "fund_request_step_wrong"
    assert part.refused(ask.SubmitClaim, **part.claim(1)) == "fund_activity_not_held"
    assert part.refused(ask.ReportActivity, request_id="r", held_on=date(2026, 1, 31), report="-") == "fund_activity_outside"
    part.do(ask.ReportActivity, request_id="r", held_on=date(2026, 2, 1), report="-")
    assert part.refused(ask.SubmitClaim, **part.claim(2001)) == "claim_too_high"
    assert part.refused(ask.SubmitClaim, **part.claim(100, cost=Decimal(199))) == "claim_too_high"  # half of what it cost
    part.do(ask.SubmitClaim, **part.claim(1500, orders=("o-1",)))
    assert part.refused(ask.SubmitClaim, **part.claim(1400)) == "claim_exists"
    assert part.refused(ask.SubmitClaim, **part.claim(501, "d")) == "claim_too_high"
    assert part.refused(ask.SubmitClaim, **part.claim(5, "d", orders=("o-1",))) == "claim_order_linked"
    about = {"request_id": "r", "claim_id": "c"}
    assert part.refused(ask.ApproveClaim, **about, by="ann") == "fund_four_eyes"
    assert part.refused(ask.ApproveClaim, **about, by="bob", amount=Decimal(1501)) == "claim_too_high"
    assert part.refused(ask.PayClaim, **about, by="eve", reference="b") == "claim_step_wrong"
    part.do(ask.ApproveClaim, **about, by="bob")
    assert part.refused(ask.WithdrawClaim, **about, reason="mine") == "claim_step_wrong"
    assert [part.refused(ask.PayClaim, **about, by=by, reference="b") for by in ("ann", "bob")] == ["fund_four_eyes"] * 2
    part.do(ask.PayClaim, **about, by="eve", reference="b")
    assert part.refused(ask.PayClaim, **about, by="eve", reference="other") == "claim_step_wrong"
    assert part.refused(ask.OpenPart, terms=TERMS, amount=Decimal(-1), reference="Q2", by="eve", on=DAY) == "fund_exceeded"


def test_what_is_left_expires_then_what_is_not_claimed_and_then_all_that_is_free_again() -> None:
    part = Part(2000)
    part.requested(1000)
    part.do(ask.SubmitClaim, **part.claim(300, "a"))
    part.do(ask.RequestFund, request_id="late", **ASKED)
    part.today = TERMS.last
    assert part.do(ask.ExpirePart, into=None) == []
    part.today = date(2027, 1, 1)
    assert [type(one) for one in part.do(ask.ExpirePart, into=None)] == [told.FundRequestEnded, told.FundExpired]
    assert part.at == (0, 1000, 0, 0, 1000)
    assert part.do(ask.ExpirePart, into=None) == []
    assert part.refused(ask.RequestFund, request_id="n", **ASKED) == "fund_over"
    part.do(ask.SubmitClaim, **part.claim(100, "b"))
    part.today = date(2027, 2, 1)
    assert part.refused(ask.SubmitClaim, **part.claim(100, "z")) == "fund_over"
    part.do(ask.ExpirePart, into=None)
    assert part.at == (0, 400, 0, 0, 1600)
    part.do(ask.DenyClaim, request_id="r", claim_id="b", by="bob", reason="no proof")
    assert part.at == (0, 300, 0, 0, 1700)
    part.do(ask.ApproveClaim, request_id="r", claim_id="a", by="bob")
    part.do(ask.PayClaim, request_id="r", claim_id="a", by="eve", reference="bank-1")
    assert part.at == (0, 0, 0, 300, 1700)


def test_a_part_is_looked_at_when_each_of_its_times_is_over_and_carries_over_what_the_terms_say() -> None:
    part = Part(2000, replace(TERMS, carry_over=CarryOver(into="mdf-27", share=Decimal("0.25"))))

    def due() -> datetime | None:
        found: datetime | None = feed(FUNDS, *part.events).rows("fund_part")[0]["due_at"]
        return found

    assert due() == datetime(2027, 1, 1, 12, tzinfo=UTC)
    part.today = date(2027, 1, 1)
    [expired] = part.do(ask.ExpirePart, into="mdf-27")
    assert (expired.amount, expired.carried) == (2000, 500)
    assert due() == datetime(2027, 2, 1, 12, tzinfo=UTC)
    part.today = date(2027, 2, 1)
    part.do(ask.ExpirePart, into=None)
    assert due() is None
    late = [recorded(one, recorded_at=datetime(2027, 5, 1, tzinfo=UTC)) for one in part.events[:2]]
    assert feed(FUNDS, *late).rows("fund_part")[0]["due_at"] == datetime(2027, 5, 2, tzinfo=UTC)
    assert EXPIRE_FUNDS.due.at == "due_at"


_STEPS = st.sampled_from(["promise", "claim", "approve", "deny", "pay", "withdraw", "end", "give", "expire"])
_AMOUNTS = st.sampled_from([-300, 0, 1, 200, 350, 500, 1500])


def _tried(part: Part, step: str, request: str, claim: str, amount: Decimal, number: int) -> Iterator[tuple[type, dict[str, Any]]]:
    about: dict[str, Any] = {"request_id": request}
    one = about | {"claim_id": claim}
    match step:
        case "promise":
            new = {"request_id": f"new {number}"}
            yield ask.RequestFund, new | ASKED | {"amount": amount}
            yield ask.ApproveFundRequest, new | {"by": "bob"}
        case "claim":
            yield ask.SubmitClaim, one | {"cost": Decimal(3000), "amount": amount, "proofs": (PROOF,)}
        case "approve":
            yield ask.ApproveClaim, one | {"by": "bob", "amount": amount}
        case "deny":
            yield ask.DenyClaim, one | {"by": "bob", "reason": "no"}
        case "pay":
            yield ask.PayClaim, one | {"by": "eve", "reference": f"b{number}"}
        case "withdraw":
            yield ask.WithdrawClaim, one | {"reason": "mine"}
        case "end":
            yield ask.EndFundRequest, about | {"reason": "over"}
        case "give":
            yield ask.OpenPart, {"terms": TERMS, "amount": amount, "reference": f"q{number}", "by": "eve", "on": DAY}
        case _:
            part.today = TERMS.claims_until if part.today == DAY else date(2027, 2, 1)
            yield ask.ExpirePart, {"into": None}


@settings(max_examples=150, deadline=None)
@drawn(st.lists(st.tuples(_STEPS, st.integers(0, 1), st.integers(0, 2), _AMOUNTS), max_size=40))
def test_nothing_is_ever_promised_that_is_not_there_and_the_ledger_balances(steps: list[tuple[str, int, int, int]]) -> None:
    part = Part(1300)
    part.requested(700, "0")
    part.requested(500, "1")
    for number, (step, request, claim, amount) in enumerate(steps):
        for command, said in _tried(part, step, str(request), str(claim), Decimal(amount), number):
            with contextlib.suppress(Rejected):
                part.do(command, **said)
        standing = part.state.standing
        assert min(standing.available, standing.committed, standing.owed, standing.paid, standing.expired) >= 0
        assert part.state.expired_on is None or standing.available == 0
        for held in part.state.requests.values():
            assert held.taken <= held.approved
    standing = part.state.standing
    postings = [posting for event in part.events for posting in getattr(event, "postings", ())]
    assert unbalanced(postings) == {}
    posted = balances(postings)
    assert {account: posted.get((account, "CNY"), 0) for account in part.state.standing.balances} == part.state.standing.balances
    rows = feed(FUNDS, OPENED, *(recorded(event, id=f"e{n}") for n, event in enumerate(part.events))).rows("fund_part")
    assert [(row["allocated"], row["committed"], row["owed"], row["paid"], row["expired"]) for row in rows] == [
        (standing.allocated, standing.committed, standing.owed, standing.paid, standing.expired)
    ]
