"""An export larger than memory: orders wait on disk, and are the same when they come back."""

import gc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from qudao_local.demo.datasets import orders as reading
from qudao_local.demo.datasets import store
from qudao_local.demo.datasets.order_rows import Header, OrderRows
from qudao_local.demo.datasets.store import OrderStore
from qudao_local.demo.documents import Line, Order

from .test_dataset_load import bad, loaded


def _header(day: int) -> Header:
    return Header("P1", date(2025, 1, day), "main", "EUR", None, None, None, None, None)


@pytest.mark.parametrize("at_hand", [1, 2, 1000])
def test_orders_come_by_day_then_as_they_came_however_many_are_at_hand(at_hand: int) -> None:
    orders = OrderStore(at_hand)
    for key, day in (("c", 3), ("a", 1), ("none", None), ("b", 3), ("d", 1)):
        order = orders.at(key)
        order.header = _header(day) if day else None
    for key in ("c", "none", "a"):
        orders.at(key).lines["1"] = Line("1", "TEA", 2, Decimal("2.50"))
    assert [key for key, _ in orders.by_day()] == ["a", "d", "c", "b", "none"]
    assert dict(orders.by_day())["a"].lines == {"1": Line("1", "TEA", 2, Decimal("2.50"))}
    assert orders.days() == (date(2025, 1, 1), date(2025, 1, 3))
    assert ["a" in orders, "none" in orders, "z" in orders] == [True, False, False]
    orders.put("c", OrderRows())
    assert [key for key, order in orders.by_day() if order.header is None] == ["c", "none"]


def test_an_export_without_a_good_order_has_no_days() -> None:
    assert OrderStore().days() is None


def test_only_some_orders_are_in_memory_and_rows_far_apart_find_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OrderStore", lambda: store.OrderStore(50))
    most = 0
    keep = store.OrderStore._put_away

    def counted(self: OrderStore, left: int) -> None:
        nonlocal most
        most = max(most, sum(isinstance(one, OrderRows) for one in gc.get_objects()))
        keep(self, left)

    monkeypatch.setattr(store.OrderStore, "_put_away", counted)
    first = [f"sale,O{number},S1,2025-01-02,TEA,1,1,,\n" for number in range(400)]
    second = [f"sale,O{number},S1,2025-01-02,MUG,2,1,,\n" for number in range(400)]
    scenario, report = loaded(tmp_path, "".join(first + second))
    assert bad(report) == []
    documents = [document for document in scenario.documents() if isinstance(document, Order)]
    assert len(documents) == 400
    assert {tuple((line.sku, line.quantity) for line in order.lines) for order in documents} == {(("TEA", 1), ("MUG", 2))}
    assert most <= 60
    assert list(scenario.documents()) == list(scenario.documents())
