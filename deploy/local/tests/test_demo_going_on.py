"""An order that went on since it was loaded is told by steps as far as they go; what no step can say is listed."""

import copy
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from msgspec.structs import replace as changed
from qudao_local.demo.documents import Cancellation, Confirmation, Delivery, Document, History, Line, LineQuantity, Order, Return, Shipment
from qudao_local.demo.play.going_on import further, go_on
from qudao_local.demo.play.imports import RefusedRow

from .demo_doubles import DAY, doors, imported, problem, refused, scenario

LATER, TODAY = date(2025, 1, 9), date(2025, 1, 31)
ORDER = Order("t", "1", "P1", "CNY", "main", DAY, [Line("1", "A", 10, Decimal("2.50")), Line("2", "B", 4, Decimal(1), Decimal("0.5"))])
HERE: dict[str, Any] = {
    "partner_id": "P1",
    "currency": "CNY",
    "warehouse": "main",
    "sales_rep": None,
    "placed_on": "2025-01-02",
    "territory": "cn",
    "status": "placed",
    "confirmed_on": None,
    "shipments": [],
    "lines": [
        {"line_id": "1", "sku": "A", "quantity": 10, "unit_price": "2.5", "discount": "0", "cancelled": 0, "shipped": 0},
        {"line_id": "2", "sku": "B", "quantity": 4, "unit_price": "1.00", "discount": "0.50", "cancelled": 0, "shipped": 0},
    ],
}
CONFIRMED = HERE | {"confirmed_on": "2025-01-02"}
WHOLE = History(DAY, LATER, LATER)


def here(of: dict[str, Any] = HERE, **line: Any) -> dict[str, Any]:
    found = copy.deepcopy(of)
    found["lines"][0] |= line
    return found


def shipped(delivered: bool) -> dict[str, Any]:
    found = copy.deepcopy(CONFIRMED) | {"shipments": [{"number": 1, "delivered": delivered}]}
    for line in found["lines"]:
        line["shipped"] = line["quantity"]
    return found


CONFIRM, SHIP, DELIVER = (kind("t", "1", on, "as it went on") for kind, on in ((Confirmation, DAY), (Shipment, LATER), (Delivery, LATER)))


@pytest.mark.parametrize(
    ("there", "history", "steps"),
    [
        (HERE, None, []),
        (HERE, History(), []),
        (HERE, WHOLE, [CONFIRM, SHIP, DELIVER]),
        (CONFIRMED, WHOLE, [SHIP, DELIVER]),
        (shipped(delivered=False), WHOLE, [DELIVER]),
        (shipped(delivered=True), WHOLE, []),
        (CONFIRMED, History(DAY, LATER), [SHIP]),
        (CONFIRMED, History(DAY), []),
    ],
)
def test_what_happened_since_is_told_and_nothing_twice(there: dict[str, Any], history: History | None, steps: list[Document]) -> None:
    found = further(changed(ORDER, history=history), there, {}, TODAY)
    assert (found.documents, found.differs, found.fewer) == (steps, [], False)


def fewer(units: int, left: int) -> Cancellation:
    return Cancellation("t", "1", TODAY, "fewer in a later export", [LineQuantity("1", units)], f"fewer in a later export: {left} of 1")


@pytest.mark.parametrize(
    ("there", "taken", "cancelled"),
    [
        (here(), {}, [fewer(3, 7)]),
        (here(cancelled=3), {}, []),
        (here(cancelled=1), {}, [fewer(2, 7)]),
        (here(cancelled=2), {"1": 2}, [fewer(3, 7)]),
        (here(cancelled=5), {"1": 2}, []),
    ],
    ids=["new", "done", "half", "beside a cancellation", "both done"],
)
def test_units_that_the_export_has_no_more_are_cancelled_once(
    there: dict[str, Any], taken: dict[str, int], cancelled: list[Document]
) -> None:
    less = changed(ORDER, lines=[Line("1", "A", 7, Decimal("2.50")), ORDER.lines[1]])
    found = further(less, there, taken, TODAY)
    assert (found.documents, found.differs) == (cancelled, [])


@pytest.mark.parametrize(
    ("lines", "there", "differs"),
    [
        ([*ORDER.lines, Line("3", "C", 2, Decimal(1))], HERE, "line 3 is new: 2 of C"),
        ([Line("1", "A", 12, Decimal("2.50")), ORDER.lines[1]], HERE, "line 1 has 10 units here, not 12"),
        ([Line("1", "A", 10, Decimal("2.60")), ORDER.lines[1]], HERE, "line 1 is of A at 2.5 here, not A at 2.60"),
        ([Line("1", "A", 10, Decimal("2.50"), Decimal(1)), ORDER.lines[1]], HERE, "line 1 has a discount of 0 here, not 1"),
        ([ORDER.lines[1]], here(shipped=10), "line 1 has 10 units less, which were shipped"),
        (ORDER.lines, HERE | {"partner_id": "P2"}, "partner_id is P2 here, not P1"),
        (ORDER.lines, HERE | {"placed_on": "2025-01-03"}, "placed_on is 2025-01-03 here, not 2025-01-02"),
        (ORDER.lines, HERE | {"confirmed_on": "2025-01-04"}, "it was confirmed on 2025-01-04 here, not 2025-01-02"),
    ],
)
def test_what_no_step_can_say_is_listed(lines: list[Line], there: dict[str, Any], differs: str) -> None:
    assert further(changed(ORDER, lines=lines, history=History(DAY)), there, {}, TODAY).differs == [differs]


async def test_an_order_that_went_on_counts_as_told_with_what_waited_for_it() -> None:
    documents: list[Document] = [
        changed(ORDER, history=WHOLE),
        Return("t", "1", LATER, "x", [LineQuantity("1", 1)], "r"),
        changed(ORDER, external_id="2", history=WHOLE, lines=[*ORDER.lines, Line("3", "C", 2, Decimal(1))]),
        changed(ORDER, external_id="3"),
        changed(ORDER, external_id="4"),
    ]
    sent: list[dict[str, Any]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            number = request.url.path.rpartition(":")[2]
            return (
                problem("order_unknown", 404)
                if number == "4"
                else httpx.Response(200, json=shipped(delivered=True) if number == "3" else HERE)
            )
        sent.extend(json.loads(line) for line in request.content.splitlines())
        return imported(refused(6, "stock_insufficient"), accepted=len(sent) - 1)

    rows = {row: RefusedRow("import_conflict", f"t:{row}", {}) for row in (1, 3, 4, 5)} | {2: RefusedRow("nothing_to_return", "t:1", {})}
    played = replace(scenario(documents), last_day=TODAY)
    async with doors(handler, patience=0) as open_doors:
        went_on = await go_on(open_doors, played, rows)
    assert [(one["kind"], one["external_id"]) for one in sent] == [
        *((kind, number) for number in "12" for kind in ("confirmation", "shipment", "delivery")), ("return", "1"),
    ]  # fmt: skip
    assert went_on.told == {1: True, 2: True, 4: False}
    assert {row: why.detail for row, why in rows.items()} == {3: "line 3 is new: 2 of C; t:6: stock_insufficient", 5: ""}
