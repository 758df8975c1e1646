"""The player as a careful client: what it sends, sends again, counts and waits for. The doors are played by the test."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from qudao_local.demo.documents import (
    Cancellation,
    Document,
    History,
    Line,
    LineQuantity,
    Order,
    Partner,
    Product,
    Receipt,
    Return,
    Step,
    Territory,
    Warehouse,
)
from qudao_local.demo.play import history, table
from qudao_local.demo.play.doors import Doors, Refused, Unreachable
from qudao_local.demo.play.figures import Figures, expected
from qudao_local.demo.play.freshness import Freshness, NotMeasured, measure
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.history import Lost, send_history, send_steps
from qudao_local.demo.play.imports import send_documents
from qudao_local.demo.play.kpis import Group
from qudao_local.demo.play.masters import Masters
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.settle import differences
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.play.trickle import BLOCK, Trickle
from qudao_local.demo.scenario import Scenario
from rich.console import Console

DAY = date(2025, 1, 2)
URLS = {"partner-registry": "http://partners", "orders-inventory": "http://orders", "metrics": "http://metrics"}
NOTHING_BEFORE = Heads({"partner-registry": 0, "orders-inventory": 0})
CHANGED = httpx.Response(200, json={"changed": True, "events": [{"position": 1}]})
UNCHANGED = httpx.Response(200, json={"changed": False, "events": []})
Handler = Callable[[httpx.Request], httpx.Response]


def doors(handler: Handler, patience: float = 5) -> Doors:
    return Doors(URLS, httpx.MockTransport(handler), patience)


def reporter() -> Reporter:
    return Reporter(Console(file=StringIO()))


def order(number: str, quantity: int = 10, history: History | None = None, discount: str = "0") -> Order:
    return Order("t", number, "P1", "CNY", "main", DAY, [Line("1", "A", quantity, Decimal("2.50"), Decimal(discount))], history=history)


def scenario(documents: list[Document], steps: list[list[Step]] | None = None) -> Scenario:
    return Scenario(
        name="t",
        currency="CNY",
        zone="Asia/Shanghai",
        first_day=DAY,
        last_day=DAY,
        territories=[Territory("cn", "China"), Territory("cn-sh", "Shanghai", "cn")],
        partners=[Partner("P1", "One", "store", "cn-sh", DAY), Partner("P2", "Two", "store", "cn-sh", DAY, parent="P1")],
        products=[Product(sku, sku) for sku in "ABCDEFG"],
        warehouses=[Warehouse("main", "Main")],
        expected_documents=len(documents),
        documents=lambda: iter(documents),
        steps=lambda: iter(steps or []),
    )


def problem(code: str, status: int = 409, *, retryable: bool = False) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": code, "retryable": retryable})


def imported(*results: dict[str, Any], **summary: Any) -> httpx.Response:
    whole = {"summary": {"accepted": 0, "repeated": 0, **summary}}
    return httpx.Response(200, content="".join(json.dumps(line) + "\n" for line in [*results, whole]))


def refused(row: int, code: str) -> dict[str, Any]:
    return {"row": row, "result": "refused", "id": f"t:{row}", "problem": code}


# Doors


async def test_what_may_be_retried_is_sent_again_with_the_same_key() -> None:
    seen: list[tuple[str, bytes]] = []
    answers = iter([problem("partner_unknown", retryable=True), problem("unavailable", 503), httpx.Response(200, json={"changed": True})])

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["idempotency-key"], request.content))
        return next(answers)

    async with doors(handler) as open_doors:
        assert await open_doors.post("orders-inventory", "/v1/orders", {"a": 1}, "k") == {"changed": True}
    assert seen == [("k", b'{"a":1}')] * 3


async def test_a_lost_connection_is_tried_again() -> None:
    tried = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise httpx.ConnectError("gone")
        return httpx.Response(200, json={})

    async with doors(handler) as open_doors:
        await open_doors.get("metrics", "/v1/kpis")
    assert tried == 2


async def test_a_refusal_for_good_is_not_tried_again() -> None:
    tried = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal tried
        tried += 1
        return problem("order_exists")

    async with doors(handler) as open_doors:
        with pytest.raises(Refused, match=r"POST orders-inventory/v1/orders: order_exists \(409\)"):
            await open_doors.post("orders-inventory", "/v1/orders", {}, "k")
    assert tried == 1


@pytest.mark.parametrize(("answer", "failure"), [("partner_unknown", Refused), (None, Unreachable)])
async def test_patience_ends(answer: str | None, failure: type[Exception]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if answer is None:
            raise httpx.ReadError("gone")
        return problem(answer, retryable=True)

    async with doors(handler, patience=0) as open_doors:
        with pytest.raises(failure):
            await open_doors.get("metrics", "/v1/kpis")


async def test_an_answer_that_is_no_problem_document_is_a_refusal_too() -> None:
    async with doors(lambda _: httpx.Response(404, text="<html>nothing here</html>")) as open_doors:
        with pytest.raises(Refused, match="nothing here"):
            await open_doors.get("metrics", "/v1/kpis")


# Masters


async def test_masters_are_sent_parents_first_each_by_its_route_and_with_its_key() -> None:
    calls: list[tuple[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append((f"{request.method} {request.url.path}", request.headers.get("idempotency-key", "")))
        return CHANGED

    async with doors(handler) as open_doors:
        tally = await Masters(open_doors, scenario([]), reporter(), NOTHING_BEFORE).send()
    assert tally == Tally(accepted=2 + 1 + 7 + 2 * 3)
    paths = [path for path, _ in calls]
    assert paths[:3] == ["PUT /v1/territories/cn", "PUT /v1/territories/cn-sh", "PUT /v1/warehouses/main"]
    assert calls[-6:] == [
        ("POST /v1/partners", "t/partner/P1/apply"),
        ("POST /v1/partners/P1/approve", "t/partner/P1/approve"),
        ("POST /v1/partners/P1/activate", "t/partner/P1/activate"),
        ("POST /v1/partners", "t/partner/P2/apply"),
        ("POST /v1/partners/P2/approve", "t/partner/P2/approve"),
        ("POST /v1/partners/P2/activate", "t/partner/P2/activate"),
    ]


async def test_a_refused_master_is_counted_and_the_others_go_on() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/partners" and json.loads(request.content)["partner_id"] == "P1":
            return problem("partner_exists")
        return UNCHANGED

    async with doors(handler) as open_doors:
        tally = await Masters(open_doors, scenario([]), reporter(), NOTHING_BEFORE).send()
    assert (tally.accepted, tally.repeated, tally.refused) == (0, 2 + 1 + 7 + 3, 1)
    assert tally.by_problem == {"partner_exists": 1}


@pytest.mark.parametrize("head", [0, 1, 2, 3, 7, 8, 1000, 10**15])
async def test_what_an_earlier_run_wrote_lies_below_the_head_of_the_log(head: int) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"items": [{"position": after + 1}] if after < head else []})

    async with doors(handler) as open_doors:
        heads = await Heads.of(open_doors)
    assert heads.is_repeated("orders-inventory", {"events": [{"position": head}]})
    assert heads.is_repeated("orders-inventory", {"events": []})
    assert not heads.is_repeated("partner-registry", {"events": [{"position": head + 1}]})


# Imports


async def test_documents_travel_as_ndjson_without_what_is_not_said() -> None:
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        assert (request.headers["content-type"], request.url.params["dry_run"]) == ("application/x-ndjson", "false")
        return imported(accepted=2)

    sent: list[int] = []
    receipt = Receipt("main", "A", 5, "opening", DAY)
    async with doors(handler) as open_doors:
        result = await send_documents(open_doors, [receipt, order("1", history=History(confirmed_on=DAY))], sent=sent.append)
    assert (result.accepted, sum(sent)) == (2, 2)
    assert [json.loads(line) for line in bodies[0].splitlines()] == [
        {"kind": "receipt", "warehouse": "main", "sku": "A", "quantity": 5, "reference": "opening", "on": "2025-01-02"},
        {
            "kind": "order", "source": "t", "external_id": "1", "partner_id": "P1", "currency": "CNY", "warehouse": "main",
            "on": "2025-01-02", "lines": [{"line_id": "1", "sku": "A", "quantity": 10, "unit_price": "2.50", "discount": "0"}],
            "history": {"confirmed_on": "2025-01-02"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(problem("media_type_unsupported", 415), Refused), (httpx.Response(200, content=b'{"progress":{}}\n'), Unreachable)],
    ids=["refused", "broken off"],
)
async def test_an_import_that_does_not_end_in_a_summary_fails(answer: httpx.Response, failure: type[Exception]) -> None:
    async with doors(lambda _: answer) as open_doors:
        with pytest.raises(failure):
            await send_documents(open_doors, [order("1")])


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PAUSES", (0, 0, 0, 0))


@pytest.mark.usefixtures("hurried")
async def test_rows_that_may_pass_later_are_sent_again_and_counted_once() -> None:
    answers = iter(
        [
            imported(refused(1, "partner_unknown"), refused(2, "quantity_invalid"), refused(3, "order_unknown"), accepted=1),
            imported(refused(2, "order_unknown"), accepted=1),
            imported(accepted=1),
        ]
    )
    bodies: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append([json.loads(line)["external_id"] for line in request.content.splitlines()])
        return next(answers)

    played = scenario([order("1"), order("2"), Cancellation("t", "1", DAY, "x"), order("4")])
    async with doors(handler) as open_doors:
        tally, lost = await send_history(open_doors, played, reporter())
    assert bodies == [["1", "2", "1", "4"], ["1", "1"], ["1"]]
    assert (tally.accepted, tally.repeated, tally.refused, tally.sent) == (3, 0, 1, 4)
    assert tally.by_problem == {"quantity_invalid": 1}
    assert lost == {2}


@pytest.mark.usefixtures("hurried")
async def test_an_import_that_broke_off_is_sent_again_from_the_beginning() -> None:
    answers: list[httpx.Response | Exception] = [httpx.ReadError("gone"), imported(accepted=1, stopped="unavailable"), imported(repeated=2)]

    def handler(request: httpx.Request) -> httpx.Response:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with doors(handler) as open_doors:
        tally, _ = await send_history(open_doors, scenario([order("1"), order("2")]), reporter())
    assert (tally.sent, tally.repeated) == (2, 2)


@pytest.mark.usefixtures("hurried")
async def test_a_service_that_stays_away_ends_the_import() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    async with doors(handler) as open_doors:
        with pytest.raises(Unreachable, match="nobody there"):
            await send_history(open_doors, scenario([order("1")]), reporter())


async def test_an_unanswered_document_is_noticed() -> None:
    async with doors(lambda _: imported(accepted=1)) as open_doors:
        with pytest.raises(Lost, match="2 documents were sent"):
            await send_history(open_doors, scenario([order("1"), order("2")]), reporter())


async def test_steps_of_an_order_follow_one_another_with_keys_of_their_own() -> None:
    calls: list[tuple[str, str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append((request.url.path, request.headers["idempotency-key"], json.loads(request.content)))
        return problem("nothing_to_deliver") if request.url.path.endswith("deliver") else CHANGED

    steps = [[Step("t:1", "ship", DAY, [LineQuantity("1", 2)]), Step("t:1", "deliver", DAY, shipment=1), Step("t:1", "ship", DAY)]]
    async with doors(handler) as open_doors:
        tally = await send_steps(open_doors, scenario([], steps), reporter(), NOTHING_BEFORE)
    assert calls == [
        ("/v1/orders/t:1/ship", "t:1/ship/1", {"on": "2025-01-02", "lines": [{"line_id": "1", "quantity": 2}]}),
        ("/v1/orders/t:1/deliver", "t:1/deliver/2", {"on": "2025-01-02", "shipment": 1}),
        ("/v1/orders/t:1/ship", "t:1/ship/3", {"on": "2025-01-02"}),
    ]
    assert (tally.accepted, tally.refused) == (2, 1)


# Figures


def test_the_expected_figures_count_what_the_metrics_will_count() -> None:
    shipped = History(confirmed_on=DAY, shipped_on=DAY, delivered_on=DAY)
    documents: list[Document] = [
        order("1", history=shipped, discount="1.00"),
        Return("t", "1", DAY, "x", [LineQuantity("1", 5)]),
        order("2", history=History(confirmed_on=DAY)),
        Cancellation("t", "2", DAY, "x", [LineQuantity("1", 4)]),
        order("3"),
        Cancellation("t", "3", DAY, "x"),
        order("4", quantity=100),
    ]
    figures = expected(documents, [[Step("t:2", "ship", DAY), Step("t:2", "deliver", DAY)]], refused={7})
    assert figures == Figures(
        orders=3,
        order_lines=3,
        units=30,
        gross=Decimal("75.00"),
        discount=Decimal("1.00"),
        cancelled=Decimal("35.00"),
        returned=Decimal("12.00"),
        filled=2,
        fillable=2,
    )
    assert figures.net == Decimal("27.00")


def test_a_first_shipment_fills_only_the_lines_it_ships_whole() -> None:
    placed = Order("t", "1", "P1", "CNY", "main", DAY, [Line(str(n), "A", 4, Decimal(1)) for n in range(1, 4)])
    first = Step("t:1", "ship", DAY, [LineQuantity("1", 4), LineQuantity("2", 3)])
    assert expected([placed], [[first, Step("t:1", "ship", DAY)]], set()).filled == 1


def test_differences_are_named_counts_exactly_and_money_to_the_cent() -> None:
    want = Figures(orders=3, gross=Decimal("10.001"), returned=Decimal("1.00"))
    assert differences(Figures(orders=3, gross=Decimal("10.00"), returned=Decimal("1.00")), want) == []
    assert differences(Figures(orders=2, gross=Decimal("10.02"), returned=Decimal("1.00")), want) == [
        "orders: 2 instead of 3", "gross: 10.02 instead of 10.001",
    ]  # fmt: skip


# Live orders


def test_the_same_run_gives_the_same_orders_and_another_run_others() -> None:
    def bodies(run: str) -> list[dict[str, Any]]:
        return [order.body for order in Trickle(doors(lambda _: problem("x")), scenario([]), "live", run).orders(0, 50)]

    assert bodies("a") == bodies("a")
    assert not {body["external_id"] for body in bodies("a")} & {body["external_id"] for body in bodies("b")}
    assert len({body["external_id"] for body in bodies("a")}) == 50


class LiveServices:
    """Takes stock and orders, and says how fresh they are."""

    def __init__(self, counted: int | None = None) -> None:
        self.stock: Counter[tuple[str, str]] = Counter()
        self.keys: set[str] = set()
        self.orders = 0
        self.many = asyncio.Event()
        self.counted = counted

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/freshness":
            counted = self.orders if self.counted is None else self.counted
            return httpx.Response(200, json={"since": "", "count": counted, "p50_ms": 8.25, "p99_ms": 31.0})
        if request.url.path == "/v1/kpis/orders":
            assert request.url.params["wait_for"] == "7;0:7"
            return httpx.Response(200, json={"values": []})
        body = json.loads(request.content)
        assert request.headers["idempotency-key"] not in self.keys
        self.keys.add(request.headers["idempotency-key"])
        if request.url.path == "/v1/stock-receipts":
            self.stock[body["warehouse"], body["sku"]] += body["quantity"]
        else:
            self.orders += 1
            if self.orders > 2 * BLOCK:
                self.many.set()
            for line in body["lines"]:
                self.stock[body["warehouse"], line["sku"]] -= line["quantity"]
                assert self.stock[body["warehouse"], line["sku"]] >= 0
        return httpx.Response(201, json={"changed": True, "token": "7;0:7"})


async def test_freshness_is_what_the_metrics_say_of_the_paced_orders() -> None:
    services = LiveServices()
    async with doors(services) as open_doors:
        measured = await measure(open_doors, Trickle(open_doors, scenario([]), "paced", "paced"), count=20, per_second=1000)
    assert (measured.p50, measured.p99, measured.orders) == (8.25, 31.0, 20)
    assert set(services.stock.values()) == {0}


async def test_freshness_of_orders_that_were_not_counted_is_no_figure() -> None:
    async with doors(LiveServices(counted=19)) as open_doors:
        with pytest.raises(NotMeasured, match="of 20 paced orders the metrics counted 19"):
            await measure(open_doors, Trickle(open_doors, scenario([]), "paced", "paced"), count=20, per_second=1000)


def test_freshness_is_kept_in_the_data_folder(tmp_path: Path) -> None:
    assert Freshness.read(tmp_path / "f.json") is None
    measured = Freshness(8.25, 31.0, 200, 50.0, "2026-01-01 00:00:00 UTC")
    measured.write(tmp_path / "f.json")
    assert Freshness.read(tmp_path / "f.json") == measured
    assert str(measured) == "p50 8 ms, p99 31 ms over 200 orders at 50/s"


async def test_live_orders_go_on_until_they_are_cancelled() -> None:
    services = LiveServices()
    async with doors(services) as open_doors:
        running = asyncio.create_task(Trickle(open_doors, scenario([]), "live", "now").forever(100_000, reporter()))
        await services.many.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


# What is shown


def test_the_table_shows_the_biggest_first_and_tells_nothing_from_zero() -> None:
    console = Console(file=StringIO(), width=150)
    groups = [
        Group("s", "store", {"gross": Decimal("5.00"), "returned": Decimal("0.00")}),
        Group("a", "agent", {"gross": Decimal("1234.50"), "orders": Decimal(1200), "fill_rate": Decimal("0.98764")}),
    ]
    table.print_groups(console, "channel_type", groups, Group("", "total", {"gross": Decimal("1239.50")}), "CNY")
    assert isinstance(console.file, StringIO)
    rows = [line for line in console.file.getvalue().splitlines() if line.startswith("│")]
    assert [row.split("│")[1].strip() for row in rows] == ["agent", "store", "total"]
    assert [cell.strip() for cell in rows[0].split("│")[2:9]] == ["1,234.50", "-", "1,200", "-", "-", "-", "98.76%"]
    assert rows[1].split("│")[7].strip() == "0.00"


def test_a_tally_adds_up_and_names_its_problems() -> None:
    tally = Tally()
    tally.accept(repeated=False)
    tally.accept(repeated=True)
    tally.refuse("t:1: order_exists", "order_exists")
    assert str(tally) == "3 sent = 1 accepted + 1 there already + 1 refused (order_exists 1)"


def test_without_a_terminal_there_are_plain_lines_and_no_bars() -> None:
    told = StringIO()
    plain = Reporter(Console(file=told))
    with plain.drawing():
        stage = plain.stage("history", 10)
        stage.advance(10)
        stage.finish("10 sent")
    assert told.getvalue().startswith("  history: 10 sent in ")
    assert "\x1b" not in told.getvalue()
