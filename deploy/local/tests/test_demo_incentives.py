"""The year's incentives as the demo plays them: who does what in which order, each command once. Incentives is played by the test."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
from qudao_local.demo.incentives import Calendar, Earned, Incentives, Payment, Plan
from qudao_local.demo.play import incentives as played
from qudao_local.demo.play.doors import Doors, Refused
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.incentives import play_incentives
from qudao_local.demo.play.refusals import REFUSED, Refusals
from qudao_local.demo.play.settle import Differs
from qudao_local.demo.play.statements import Book, books
from qudao_local.demo.play.tally import Tally

from .demo_doubles import DAY, URLS, imported, problem, reporter, scenario
from .demo_doubles import refused as refused_row

MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))
EARNED: Earned = {(partner, month): Decimal(amount) for month in MONTHS for partner, amount in (("P1", "100.00"), ("P2", "7.50"))}
INCENTIVES = Incentives(
    plans=(Plan("stores", b"title: Stores\n", DAY, DAY),),
    calendar=Calendar(begins=DAY, zone="UTC", on=DAY),
    months=MONTHS,
    told=lambda: iter([Payment("t:1", "b1", "P1", "CNY", Decimal(5), DAY)]),
    earned=lambda: EARNED,
)


class FakeServices:
    """Keeps what it is told, in order, by (caller, method and path, body); a key that it knows gets the first answer once more."""

    def __init__(self, shown: Earned = EARNED, behind: int = 0) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.shown, self.behind = shown, behind
        self.answers: dict[str, Any] = {}
        self.row = imported(accepted=1)
        self.stage = "closed"
        self.refuse: Callable[[str], bool] = lambda _: False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, asked = request.url.path, request.url.params
        if request.method != "GET":
            return self._command(request)
        if path == "/v1/events":
            head = len(self.calls) if request.url.host == "incentives" else 0
            return httpx.Response(200, json={"items": [{}] if int(asked["after"]) < head else []})
        if path.startswith("/v1/kpis/"):
            return self._kpi(path.rpartition("/")[2])
        if path == "/v1/settlement/periods":
            closed = [{"period": month, "stage": self.stage, "ends_at": None} for month in MONTHS]
            return httpx.Response(200, json={"items": [{"period": "now", "stage": "open", "ends_at": "2999-01-01T00:00:00Z"}, *closed]})
        if path == "/v1/statement-amounts":
            return httpx.Response(200, json={"items": self._statements(asked["period"]), "next": None})
        assert path == "/v1/plans/stores/versions/1/payees/nobody"
        assert asked["wait_for"] == "0;"
        self.behind -= 1
        return problem("view_behind", 503, retryable=True) if self.behind >= 0 else httpx.Response(200, json={})

    def _command(self, request: httpx.Request) -> httpx.Response:
        said = f"{request.method} {request.url.path}"
        caller = request.headers["authorization"].removeprefix("Bearer ")
        if request.url.path == "/v1/imports/incentives":
            self.calls.append((caller, said, request.content))
            return self.row
        if self.refuse(said):
            return problem("four_eyes")
        body = request.content if request.headers["content-type"] == "application/yaml" else json.loads(request.content)
        key = request.headers.get("idempotency-key", said)
        if key not in self.answers:
            self.calls.append((caller, said, body))
            self.answers[key] = (body, {"changed": True, "events": [{"position": len(self.calls)}]})
        first, receipt = self.answers[key]
        assert first == body, "another command of the same key"
        return httpx.Response(200, json=receipt)

    def _statements(self, month: str) -> list[dict[str, str]]:
        of_month = [(partner, amount) for (partner, of), amount in self.shown.items() if of == month]
        rest = {"reversed": "0", "paid": "0"}
        return [
            {"statement_id": f"partner~{partner}~{month}", "payee_id": partner, "accrued": str(amount), "payable": str(amount), **rest}
            for partner, amount in of_month
        ]

    def _kpi(self, kpi: str) -> httpx.Response:
        name = {"incentive_cost": "earned"}.get(kpi, kpi.removeprefix("incentives_"))
        rows = [
            {"value": str(getattr(book, name)), "currency": "CNY", "group": {"partner": partner}}
            for partner, book in books(self.shown, MONTHS).items()
        ]
        return httpx.Response(200, json={"values": rows})

    def of(self, path: str) -> list[tuple[str, Any]]:
        """Callers and bodies of what was sent to a door."""
        return [(caller, body) for caller, said, body in self.calls if said == f"POST {path}"]


async def play(services: FakeServices, known: Incentives = INCENTIVES) -> tuple[Tally, Refusals]:
    tally, refusals = Tally(), Refusals()
    heads = Heads({"incentives": len(services.calls)})
    issue = lambda role, **who: who.get("partner_id", role)  # noqa: E731
    async with Doors(URLS, httpx.MockTransport(services), 0, "admin", issue) as doors:
        await play_incentives(doors, scenario([]), known, reporter(), heads, refusals, tally)
    return tally, refusals


async def test_plans_are_agreed_on_by_two_and_the_settlement_begins_when_all_is_told() -> None:
    services = FakeServices()
    await play(services)
    assert [(caller, said) for caller, said, _ in services.calls[:6]] == [
        ("channel_manager", "PUT /v1/plans/stores/yaml"),
        ("channel_manager", "POST /v1/plans/stores/simulate"),
        ("channel_manager", "POST /v1/plans/stores/submit"),
        ("finance", "POST /v1/plans/stores/approve"),
        ("finance", "POST /v1/imports/incentives"),
        ("finance", "PUT /v1/settlement/calendar"),
    ]
    assert services.calls[0][2] == b"title: Stores\n"
    assert services.calls[3][2] == {"version": 1, "on": "2025-01-02"}


async def test_statements_are_answered_by_their_partners_and_paid_by_two_but_the_last_month() -> None:
    services = FakeServices()
    await play(services)
    assert services.of("/v1/statements/partner~P1~2025-01/acknowledge") == [("P1", {"on": "2025-02-12"})]
    assert services.of("/v1/statements/partner~P1~2025-03/acknowledge") == [], "it is disputed"
    raised = [(caller, body["statement_id"], body["expected"]) for caller, body in services.of("/v1/disputes")]
    assert raised == [("P1", "partner~P1~2025-03", "220.00"), ("P1", "partner~P1~2025-09", "1100.00")]
    (decided,), (rejected,) = (services.of(f"/v1/disputes/2025-{month}-1/decide") for month in ("03", "09"))
    assert (decided[0], decided[1]["outcome"], decided[1]["amount"]) == ("finance", "upheld", "120.00")
    assert (rejected[0], rejected[1]["outcome"]) == ("finance", "rejected")
    payouts = {body["payout_id"]: (caller, body) for caller, body in services.of("/v1/payouts")}
    assert list(payouts) == sorted([*MONTHS, "2025-06-again"])
    assert payouts["2025-01"] == ("finance", {
        "payout_id": "2025-01", "currency": "CNY", "on": "2025-02-20",
        "payments": [{"statement_id": f"partner~{one}~2025-01", "amount": amount} for one, amount in (("P1", "100.00"), ("P2", "7.50"))],
    })  # fmt: skip
    approved = {name: [caller for caller, _ in services.of(f"/v1/payouts/{name}/approve")] for name in payouts}
    assert approved == {name: [] if name == "2025-12" else ["brand_admin"] for name in payouts}
    confirmed = [body["bank_reference"] for name in payouts for _, body in services.of(f"/v1/payouts/{name}/confirm")]
    assert len(confirmed) == len(set(confirmed)) == 2 * 11


async def test_a_payment_that_fails_is_made_again_by_another_payout() -> None:
    services = FakeServices()
    await play(services)
    assert [body["statement_id"] for _, body in services.of("/v1/payouts/2025-06/fail")] == ["partner~P1~2025-06"]
    assert [body["statement_id"] for _, body in services.of("/v1/payouts/2025-06/confirm")] == ["partner~P2~2025-06"]
    assert [body["statement_id"] for _, body in services.of("/v1/payouts/2025-06-again/confirm")] == ["partner~P1~2025-06"]


async def test_a_repeated_run_gives_no_command_twice_and_counts_it_as_there() -> None:
    services = FakeServices()
    first, _ = await play(services)
    assert (first.accepted, first.repeated, first.refused) == (len(services.calls), 0, 0)
    before, services.row = len(services.answers), imported(repeated=1)
    again, _ = await play(services)
    assert len(services.answers) == before
    assert (again.accepted, again.repeated, again.refused) == (0, first.accepted, 0)


async def test_months_are_closed_only_when_every_order_was_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    services = FakeServices(behind=3)
    await play(services)
    assert services.behind == -1, "asked until it was"
    monkeypatch.setattr(played, "_SILENCE", 0)
    services = FakeServices(behind=3)
    with pytest.raises(Refused, match="view_behind"):
        await play(services)
    assert "PUT /v1/settlement/calendar" not in [said for _, said, _ in services.calls]


async def test_months_that_do_not_close_are_waited_for_as_long_as_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(played, "_SILENCE", 0)
    monkeypatch.setattr(played, "_PAUSE", 0)
    services = FakeServices()
    services.stage = "open"
    with pytest.raises(Differs, match="0 of 12 months are closed, and nothing moves"):
        await play(services)
    assert services.of("/v1/payouts") == []


async def test_nothing_is_paid_when_a_statement_says_something_else_than_was_earned() -> None:
    services = FakeServices(shown={**EARNED, ("P2", "2025-11"): Decimal("7.51")})
    with pytest.raises(Differs, match=r"P2 earned 7.50 in 2025-11, its statement says 7.51"):
        await play(services)
    assert services.of("/v1/payouts") == []


async def test_what_is_refused_is_counted_and_the_others_go_on() -> None:
    services = FakeServices()
    services.row = imported(refused_row(1, "payment_amount_invalid"))
    services.refuse = lambda said: said == "POST /v1/payouts/2025-02/approve"
    tally, refusals = await play(services)
    assert tally.by_problem == {"payment_amount_invalid": 1, "four_eyes": 1}
    assert list(refusals) == [REFUSED]
    assert services.of("/v1/payouts/2025-11/confirm")


def test_books_add_up() -> None:
    one = Book(earned=Decimal(3), payable=Decimal(2), paid=Decimal(1))
    assert one.plus(Book(earned=Decimal(1), accrued=Decimal(1))) == Book(Decimal(4), Decimal(1), Decimal(2), Decimal(1))
