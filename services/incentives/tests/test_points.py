"""Points: earned by hand and by plan, redeemed for rewards, expired by a timer, and never fewer than none."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Ask, Current, Due, On
from channel_service.testing import Running, fold
from channel_testing import feed, given, recorded
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from incentives.application.points import EXPIRE_POINTS
from incentives.domain.ledger import Account, balances, unbalanced
from incentives.domain.points.account import Lot
from incentives.domain.points.commands import Cancel, CancelReward, Earn, EarnByPlan, ExpirePoints, GivePoints, Redeem, RedeemPoints
from incentives.domain.points.decide import POINTS
from incentives.domain.points_programme import POINTS_PROGRAMME, PointsProgrammeOpened
from incentives.domain.words import Payee
from incentives.views.movements import MOVEMENTS
from incentives.views.points import POINTS_VIEW

from .plans import document, go, rule
from .test_earnings_over_http import BACK, ORDERS, in_log
from .test_funds_over_http import done, refused

DAY = date(2026, 3, 1)
CLUB = PointsProgrammeOpened(
    programme_id="club",
    title="Club",
    currency="CNY",
    value=Decimal("0.10"),
    per_unit=Decimal("0.5"),
    holds_days=30,
    by="eve",
    occurred_on=DAY,
)
OF: dict[str, Any] = {"programme_id": "club", "payee": Payee.PARTNER, "payee_id": "p-1"}


def give(points: int, reference: str, on: date = DAY) -> Earn:
    return Earn(programme=CLUB, give=GivePoints(**OF, points=points, reason="-", reference=reference, on=on))


def by_plan(points: int) -> EarnByPlan:
    return EarnByPlan(programme=CLUB, payee=Payee.PARTNER, payee_id="p-1", plan="plan/dealers/1", points=points, by="eve")


def redeem(quantity: int, reference: str, each: int = 10, on: date = DAY) -> Redeem:
    return Redeem(programme=CLUB, redeem=RedeemPoints(**OF, reward_id="mug", reference=reference, quantity=quantity, on=on), each=each)


def cancel(reference: str, on: date = DAY) -> Cancel:
    return Cancel(programme=CLUB, cancel=CancelReward(**OF, reference=reference, reason="-", on=on))


class Ledgered:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def do(self, command: Any, today: date = DAY) -> str:
        """The code of the refusal; nothing where there was none."""
        decided = given(POINTS, *self.events).known(today=today).when(command)
        self.events += decided.events
        return "" if decided.rejected is None else decided.rejected.code

    @property
    def state(self) -> Any:
        return POINTS.fold(self.events)


def test_points_are_used_in_the_order_in_which_they_go() -> None:
    one = Ledgered()
    assert [one.do(give(20, "a")), one.do(give(20, "a")), one.do(give(30, "b", date(2026, 2, 25)))] == ["", "", ""]
    assert one.do(give(21, "a")) == "points_reference_taken"
    assert one.do(give(1, "plan/x")) == "points_reference_taken"
    assert one.state.lots == (Lot(30, date(2026, 3, 27)), Lot(20, date(2026, 3, 31)))
    assert one.do(redeem(6, "r")) == "points_too_few"
    assert [one.do(redeem(4, "r")), one.do(redeem(4, "r"))] == ["", ""]
    assert one.do(redeem(3, "r")) == "points_reference_taken"
    assert one.state.lots == (Lot(10, date(2026, 3, 31)),)
    # What is cancelled is there again as long as it was: 30 of them until the 27th.
    later = date(2026, 3, 28)
    assert one.do(cancel("x")) == "points_redemption_unknown"
    assert [one.do(cancel("r", later), later), one.do(cancel("r", later), later)] == ["", ""]
    assert one.state.lots == (Lot(20, date(2026, 3, 31)),)
    assert one.do(redeem(1, "s", on=date(2026, 4, 1)), date(2026, 4, 1)) == "points_too_few"  # before any timer came by


def test_a_plan_that_pays_less_takes_back_and_what_is_not_there_is_owed() -> None:
    one = Ledgered()
    one.do(by_plan(100))
    assert one.do(by_plan(100)) == ""
    one.do(redeem(7, "r"))
    one.do(by_plan(40))
    assert (one.state.balance, one.state.owed) == (0, 30)
    one.do(give(50, "a"))
    assert (one.state.balance, one.state.owed) == (20, 0)
    one.do(by_plan(0))
    assert (one.state.balance, one.state.owed) == (0, 20)
    one.do(by_plan(100))
    assert (one.state.balance, one.state.owed) == (80, 0)


def test_what_is_given_back_is_set_off_against_what_is_owed() -> None:
    one = Ledgered()
    one.do(by_plan(100))
    one.do(redeem(10, "r"))
    one.do(by_plan(60))
    assert (one.state.balance, one.state.owed) == (0, 40)
    one.do(cancel("r"))
    assert (one.state.balance, one.state.owed) == (60, 0)
    assert (one.events[-1].balance, one.events[-1].owed) == (60, 0)


_STEP = st.tuples(
    st.sampled_from(["give", "plan", "redeem", "cancel", "expire"]), st.integers(0, 60), st.integers(0, 3), st.integers(0, 40)
)


@settings(max_examples=150, deadline=None)
@drawn(st.lists(_STEP, max_size=30))
def test_there_are_never_fewer_points_than_none_and_the_ledger_says_the_same(steps: list[tuple[str, int, int, int]]) -> None:
    one, today = Ledgered(), DAY
    for number, (step, points, which, days) in enumerate(steps):
        today = date.fromordinal(today.toordinal() + days)
        commands: dict[str, Any] = {
            "give": give(points + 1, f"g{number}", today),
            "plan": by_plan(points),
            "redeem": redeem(points % 5 + 1, f"r{which}", on=today),
            "cancel": cancel(f"r{which}", today),
            "expire": ExpirePoints(programme=CLUB, payee=Payee.PARTNER, payee_id="p-1"),
        }
        one.do(commands[step], today)
        assert all(event.balance >= 0 and event.owed >= 0 for event in one.events)
        assert all(lot.points > 0 for lot in one.state.lots)
        assert not (one.state.balance and one.state.owed)
    postings = [posting for event in one.events for posting in event.postings]
    assert unbalanced(postings) == {}
    worth = Decimal("0.10") * (one.state.owed - one.state.balance)
    assert balances(postings).get((Account.POINTS, "CNY"), Decimal(0)) == worth
    rows = feed(POINTS_VIEW, *(recorded(event, id=f"e{at}") for at, event in enumerate(one.events))).all_rows()
    assert [row["balance"] for row in rows["points_account"]] == ([one.state.balance] if one.events else [])
    assert sum(row["points"] for row in rows["points_movement"]) == one.state.balance - one.state.owed


PROGRAMME = {"title": "Club", "currency": "CNY", "value": "0.10", "per_unit": "0.5"}
MUG = {"programme_id": "club", "title": "A mug", "points": 10, "units": 3}
MINE = "/v1/points/club/partner/p-1"


@pytest.mark.row("IN-17")
async def test_what_a_plan_pays_becomes_points_that_are_redeemed_for_goods(whole: Running) -> None:
    url = whole.runtime.settings.database_url
    await fold(url, MOVEMENTS, ORDERS)
    await go(whole, document(rule({"flat": {"rate": "0.1"}})))
    eve, partner = whole.as_("finance", subject="eve"), whole.as_("partner", partner_id="p-1")
    earn = {"plan_id": "dealers", "version": 1}
    assert await refused(eve, "POST", f"{MINE}/earn", earn) == (404, "points_programme_unknown")
    await done(eve, "PUT", "/v1/points-programmes/club", PROGRAMME)
    assert await refused(partner, "POST", f"{MINE}/earn", earn) == (403, "forbidden")
    await done(eve, "POST", f"{MINE}/earn", earn)
    assert (await done(eve, "POST", f"{MINE}/earn", earn))["changed"] is False
    assert (await partner.get(MINE)).json()["balance"] == 54  # a tenth of 1,080.00 is 108.00, half a point each
    assert await refused(eve, "PUT", "/v1/rewards/x", MUG | {"programme_id": "other"}) == (404, "points_programme_unknown")
    await done(eve, "PUT", "/v1/rewards/mug", MUG)
    answers = await asyncio.gather(*(partner.post(f"{MINE}/redeem", json={"reward_id": "mug", "reference": f"r{at}"}) for at in range(8)))
    assert sorted(one.status_code for one in answers) == [200] * 3 + [409] * 5  # there are three mugs
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"reward_gone"}
    await done(eve, "PUT", "/v1/rewards/mug", MUG | {"units": 100})
    more = await asyncio.gather(*(partner.post(f"{MINE}/redeem", json={"reward_id": "mug", "reference": f"s{at}"}) for at in range(8)))
    assert {one.json()["code"] for one in more if one.status_code == 409} == {"points_too_few"}
    assert (await partner.get(MINE)).json()["balance"] == 4
    assert await refused(partner, "POST", f"{MINE}/redeem", {"reward_id": "tour", "reference": "t"}) == (404, "reward_unknown")
    kept = next(at for at, one in enumerate(answers) if one.status_code == 200)
    await done(eve, "POST", f"{MINE}/redemptions/r{kept}/cancel", {"reason": "broken on the way"})
    await fold(url, MOVEMENTS, in_log(BACK))
    receipt = await done(eve, "POST", f"{MINE}/earn", earn)  # four pens came back: 36.00 less, 18 points
    found = (await partner.get(MINE)).json()
    assert (found["balance"], found["owed"]) == (0, 4)
    await done(eve, "POST", f"{MINE}/give", {"points": 9, "reason": "contest", "reference": "c-1"})
    assert (await partner.get(MINE)).json()["balance"] == 5
    moved = (await partner.get("/v1/points-movements", params={"wait_for": receipt["token"]})).json()["items"]
    assert {"earned", "redeemed", "given_back", "taken_back"} <= {one["what"] for one in moved}
    [reward] = (await partner.get("/v1/rewards")).json()["items"]
    assert (reward["taken"], reward["units"]) == (4, 100)
    other = whole.as_("partner", partner_id="p-2")
    assert await refused(other, "POST", f"{MINE}/redeem", {"reward_id": "mug", "reference": "t"}) == (403, "not_yours")
    assert (await other.get(MINE)).status_code == 404
    assert (await other.get("/v1/points")).json()["items"] == (await other.get("/v1/points-movements")).json()["items"] == []


def test_a_timer_takes_points_whose_days_are_over() -> None:
    one = Ledgered()
    one.do(give(20, "a"))
    [row] = feed(POINTS_VIEW, *one.events).rows()
    assert (row["expires_next"], row["due_at"]) == (date(2026, 3, 31), datetime(2026, 4, 1, 12, tzinfo=UTC))
    steps: Any = EXPIRE_POINTS.commands(Due("club/partner/p-1", row["due_at"]))
    assert next(steps) == Ask(POINTS_PROGRAMME, "club")
    expire = steps.send(Current(CLUB, 1, "e0"))
    assert expire == On(POINTS, "club/partner/p-1", ExpirePoints(programme=CLUB, payee=Payee.PARTNER, payee_id="p-1"))
    one.do(expire.command, date(2026, 3, 31))
    assert one.state.balance == 20
    one.do(expire.command, date(2026, 4, 1))
    [row] = feed(POINTS_VIEW, *one.events).rows()
    assert (row["balance"], row["due_at"]) == (0, None)


@pytest.mark.row("IN-17")
async def test_points_given_for_days_that_are_over_are_gone_at_once(client: Running) -> None:
    eve = client.as_("finance", subject="eve")
    await done(eve, "PUT", "/v1/points-programmes/club", PROGRAMME | {"holds_days": 30})
    receipt = await done(eve, "POST", f"{MINE}/give", {"points": 9, "reason": "contest", "reference": "c-1", "on": "2026-01-05"})
    assert [one["type"] for one in receipt["events"]] == ["points_earned", "points_expired"]
    await done(eve, "POST", f"{MINE}/give", {"points": 5, "reason": "contest", "reference": "c-2"})
    found = (await client.get(MINE)).json()
    assert (found["balance"], [one["points"] for one in found["lots"]]) == (5, [5])
