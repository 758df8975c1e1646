"""Each KPI by a small order whose numbers can be checked by hand; a changed formula has to change its version here."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from channel_service.testing import running
from metrics import kpis
from metrics.app import SERVICE
from metrics.application.catalogue import discover
from metrics.domain.kpi import PLACED, Kpi, Unit
from metrics.views.sales import SALES

from .examples import MONDAY, cancelled, line, placed, returned, shipped, told
from .folding import fold
from .requests import only

FORMULAS = {
    "order_lines": (1, "placed.lines"),
    "orders": (1, "placed.orders"),
    "units": (1, "placed.units"),
    "gross": (1, "placed.gross"),
    "discount": (1, "placed.discount"),
    "cancelled": (1, "cancelled.net"),
    "returned": (1, "returned.net"),
    "net": (1, "placed.gross - placed.discount - cancelled.net - returned.net"),
    "fill_rate": (1, "(shipped.filled) / (placed.lines - cancelled.complete)"),
}
# Four lines: 1 ships whole at once, 2 in two shipments and half of it comes back, 3 is cancelled whole, 4 in part.
LINES = [line(1, "a", 2, "10.005", "0.5"), line(2, "b", 4, "1.25", "1"), line(3, "c", 1, "3"), line(4, "d", 10, "2", "5")]
STORY: Sequence[Any] = [
    placed(lines=tuple(LINES)),
    cancelled(lines=(line(3, "c", 1, "3", complete=True), line(4, "d", 4, "2", "2"))),
    shipped(
        1,
        lines=(line(1, "a", 2, "10.005", "0.5", complete=True), line(2, "b", 1, "1.25", "0.25"), line(4, "d", 6, "2", "3", complete=True)),
    ),
    shipped(2, lines=(line(2, "b", 3, "1.25", "0.75"),)),
    returned(lines=(line(2, "b", 2, "1.25", "0.5"),)),
]
EXPECTED = {
    "order_lines": ("4", "4"),
    "orders": ("1", "1"),
    "units": ("17", "17"),
    "gross": ("48.010", "48.01"),
    "discount": ("6.5", "6.50"),
    "cancelled": ("9", "9.00"),
    "returned": ("2.00", "2.00"),
    "net": ("30.510", "30.51"),
    "fill_rate": ("2", "0.666667"),
}


def test_every_kpi_is_pinned_with_its_version() -> None:
    assert {name: (kpi.version, kpi.formula) for name, kpi in discover(kpis).items()} == FORMULAS


@pytest.mark.parametrize("kpi", EXPECTED)
async def test_a_kpi_of_an_order_that_was_cancelled_shipped_and_returned_in_part(metrics_url: str, kpi: str) -> None:
    await fold(metrics_url, SALES, [told(event, n, MONDAY) for n, event in enumerate(STORY, 1)])
    async with running(SERVICE, database_url=metrics_url) as client:
        value = await only(client, kpi)
    assert (value["numerator"], value["value"]) == EXPECTED[kpi]
    assert value["denominator"] == ("3" if kpi == "fill_rate" else None)


def test_a_ratio_needs_a_denominator_and_nothing_else_has_one() -> None:
    for unit, denominator in ((Unit.RATIO, None), (Unit.LINES, PLACED.lines)):
        with pytest.raises(ValueError, match="a ratio has a denominator"):
            Kpi(name="x", version=1, title="", description="", unit=unit, numerator=PLACED.lines, denominator=denominator)


def test_a_file_without_the_kpi_it_is_named_for_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "planted_kpis"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "other.py").write_text("from metrics.kpis.net import KPI\n")
    monkeypatch.syspath_prepend(tmp_path)
    planted: ModuleType = __import__("planted_kpis")
    with pytest.raises(TypeError, match=r"planted_kpis\.other has to define KPI, named 'other'"):
        discover(planted)
