"""The services' doors as tests play them, and small scenarios to send through them."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import httpx
from qudao_local.demo.documents import (
    Document,
    History,
    Line,
    Order,
    Partner,
    Product,
    Step,
    Territory,
    Warehouse,
)
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.scenario import Scenario
from rich.console import Console

DAY = date(2025, 1, 2)
URLS = {
    "partner-registry": "http://partners",
    "orders-inventory": "http://orders",
    "metrics": "http://metrics",
    "incentives": "http://incentives",
}
NOTHING_BEFORE = Heads({"partner-registry": 0, "orders-inventory": 0, "incentives": 0})
CHANGED = httpx.Response(200, json={"changed": True, "events": [{"position": 1}]})
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
