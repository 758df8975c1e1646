"""What the player works out, measures and shows: expected figures, freshness, tables."""

import asyncio
import json
from collections import Counter
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
    Return,
    Step,
)
from qudao_local.demo.play import table
from qudao_local.demo.play.figures import Figures, expected
from qudao_local.demo.play.freshness import Freshness, NotMeasured, measure
from qudao_local.demo.play.kpis import Group
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.settle import differences
from qudao_local.demo.play.tally import Tally
from qudao_local.demo.play.trickle import BLOCK, Trickle
from rich.console import Console

from .demo_doubles import DAY, doors, order, problem, reporter, scenario


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


def test_what_is_done_never_passes_its_total() -> None:
    stage = reporter().stage("history", 10)
    stage.advance(11)
    assert (stage.done, stage._total) == (11, 11)


def test_without_a_terminal_there_are_plain_lines_and_no_bars() -> None:
    told = StringIO()
    plain = Reporter(Console(file=told))
    with plain.drawing():
        stage = plain.stage("history", 10)
        stage.advance(10)
        stage.finish("10 sent")
    assert told.getvalue().startswith("  history: 10 sent in ")
    assert "\x1b" not in told.getvalue()
