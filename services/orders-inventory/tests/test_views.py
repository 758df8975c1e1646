"""What the views make of events; the kit feeds them twice and split at each point."""

from datetime import date
from decimal import Decimal
from typing import Any

from channel_service.partners import (
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)
from channel_testing import feed, recorded
from orders_inventory.domain.order import DeliveryConfirmed, OrderLine, ReturnReceived, ShippedLine, TakenBackLine
from orders_inventory.domain.product import ProductDefined
from orders_inventory.domain.stock import StockAdjusted, StockReceived, StockReleased, StockReserved, StockReturned, StockShipped, Units
from orders_inventory.domain.warehouse import WarehouseDefined
from orders_inventory.views.catalogue import CATALOGUE
from orders_inventory.views.orders import ORDERS
from orders_inventory.views.partner_copy import PARTNERS
from orders_inventory.views.stock import STOCK_LEVELS

from .examples import MAY_1, MAY_2, MAY_3, cancelled, confirmed, later, placed, shipped

LINE = ("1", "A", 3, Decimal("9.90"), Decimal("0.3"))


def test_the_list_has_each_order_with_its_units_by_what_became_of_them() -> None:
    rows = feed(
        ORDERS,
        placed(),
        confirmed(),
        cancelled(TakenBackLine("2", "B", 1, Decimal(20), Decimal(0), complete=False)),
        shipped(1, ShippedLine(*LINE, ordered=10, complete=False)),
        DeliveryConfirmed(**later(), shipment=1, lines=(OrderLine(*LINE),)),
        ReturnReceived(**later(), reason="broken", lines=(TakenBackLine("1", "A", 2, *LINE[3:], complete=False),)),
        placed(order_id="shop:2", flags=("partner_suspended",)),
    ).rows()
    first, second = rows
    assert (first["order_id"], first["placed_on"], first["confirmed_on"], first["flagged"]) == ("shop:1001", MAY_1, MAY_2, False)
    assert (first["lines"], first["gross"], first["discount"]) == (2, Decimal("179.00"), Decimal("1.00"))
    assert [first[name] for name in ("units", "cancelled", "shipped", "delivered", "returned")] == [14, 1, 3, 3, 2]
    assert (second["flagged"], second["units"], second["confirmed_on"]) == (True, 14, None)


def test_balances_and_movements_follow_the_stock() -> None:
    def of(kind: type[Any], quantity: int, *more: Units) -> Any:
        return kind(warehouse="sh", order_id="shop:1", lines=(Units("A", quantity), *more), occurred_on=MAY_1)

    fed = feed(
        STOCK_LEVELS,
        StockReceived(warehouse="sh", sku="A", quantity=10, reference="r1", occurred_on=MAY_1),
        of(StockReserved, 6, Units("B", 2)),
        of(StockReleased, 2, Units("B", 2)),
        of(StockShipped, 3),
        of(StockReturned, 1),
        StockAdjusted(warehouse="sh", sku="A", counted=6, difference=-2, reason="count", reference="c1", occurred_on=MAY_1),
    )
    balance, other = fed.rows()
    assert (other["sku"], other["on_hand"], other["reserved"]) == ("B", 0, 0)
    assert balance == {
        "warehouse": "sh",
        "sku": "A",
        "on_hand": 6,
        "reserved": 1,
        "received": 10,
        "shipped": 3,
        "returned": 1,
        "adjusted": -2,
    }
    told = {row["position"]: row for row in fed.rows("stock_told")}
    movements = [row | told[row["position"]] for row in fed.rows("stock_movement") if row["sku"] == "A"]
    assert [(m["kind"], m["on_hand"], m["reserved"], m["order_id"], m["reference"]) for m in movements] == [
        ("received", 10, 0, None, "r1"),
        ("reserved", 0, 6, "shop:1", None),
        ("released", 0, -2, "shop:1", None),
        ("shipped", -3, -3, "shop:1", None),
        ("returned", 1, 0, "shop:1", None),
        ("adjusted", -2, 0, None, "c1"),
    ]
    assert movements[-1]["reason"] == "count"
    assert len({m["event_id"] for m in movements}) == 6
    assert (sum(m["on_hand"] for m in movements), sum(m["reserved"] for m in movements)) == (6, 1)


def test_products_and_warehouses_are_as_last_described() -> None:
    fed = feed(
        CATALOGUE,
        ProductDefined(sku="A", name="Pen", category="Writing", subcategory=None, occurred_on=MAY_1),
        WarehouseDefined(warehouse="sh", name="Shanghai", territory="CN-31", occurred_on=MAY_1),
        ProductDefined(sku="A", name="Gel pen", category=None, subcategory=None, occurred_on=MAY_2),
    )
    product, warehouse = (described(fed.rows(table)) for table in ("product", "warehouse"))
    assert product == [{"sku": "A", "name": "Gel pen", "category": None, "subcategory": None, "defined_on": MAY_2}]
    assert warehouse == [{"warehouse": "sh", "name": "Shanghai", "territory": "CN-31", "defined_on": MAY_1}]


def described(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the texts they are searched by."""
    return [{name: value for name, value in row.items() if not name.startswith("search_")} for row in rows]


def applied(partner_id: str) -> Any:
    data = PartnerApplied(partner_id, "Jade", "agent", "CN", MAY_1, "chain")
    return recorded(data, stream=f"partner/{partner_id}")


def test_the_copy_of_partners_has_their_status_and_every_place() -> None:
    events = [PartnerApproved("p1"), PartnerActivated("p1"), PartnerSuspended("p1")]
    suspended = feed(PARTNERS, applied("p1"), applied("p2"), *events, PartnerMoved("p1", "CN-E", MAY_3, "p2"))
    assert [(row["partner_id"], row["channel_type"], row["segment"], row["status"]) for row in suspended.rows()] == [
        ("p1", "agent", "chain", "suspended"),
        ("p2", "agent", "chain", "applied"),
    ]
    assert suspended.rows("partner_place") == [
        {"partner_id": "p1", "valid_from": MAY_1, "territory": "CN", "parent": None},
        {"partner_id": "p1", "valid_from": date(2026, 5, 3), "territory": "CN-E", "parent": "p2"},
        {"partner_id": "p2", "valid_from": MAY_1, "territory": "CN", "parent": None},
    ]
    assert feed(PARTNERS, applied("p1"), *events, PartnerReinstated("p1")).rows()[0]["status"] == "active"


def test_the_copy_of_partners_keeps_each_word_on_who_sees_its_children() -> None:
    granted, revoked = ChildrenAccessGranted("p1", MAY_3), ChildrenAccessRevoked("p1", MAY_2)
    assert feed(PARTNERS, applied("p1"), granted, revoked).rows("children_access") == [
        {"partner_id": "p1", "version": 2, "since": MAY_3, "granted": True},
        {"partner_id": "p1", "version": 3, "since": MAY_2, "granted": False},
    ]
