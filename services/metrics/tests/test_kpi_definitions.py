"""Each KPI by a small order whose numbers can be checked by hand; a changed formula has to change its version here."""

from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from channel_events import discover
from channel_service.testing import running
from metrics.app import CATALOGUE, SERVICE
from metrics.domain.kpi import Kpi, Quantile
from metrics.domain.tally import groups_of
from metrics.facts.deliveries import CYCLE_DAYS
from metrics.facts.sales import PLACED, RETURNED

from .examples import MONDAY, cancelled, corrected, delivered, goods_returned, line, placed, returned, shipped, told
from .folding import count
from .ledgers import adjusted, clawed_back, earned, paid, stated, written_off
from .requests import only

NET = "placed.gross - placed.discount - cancelled.net - returned.net - returned_without_sale.net + corrected.net"
COST = "earned.cost + clawed_back.cost + adjusted.cost + written_off.cost"
FORMULAS = {
    "order_lines": (1, "placed.lines"),
    "orders": (1, "placed.orders"),
    "units": (1, "placed.units"),
    "gross": (1, "placed.gross"),
    "discount": (1, "placed.discount"),
    "cancelled": (1, "cancelled.net"),
    "returned": (2, "returned.net + returned_without_sale.net"),
    "corrected": (1, "corrected.net"),
    "net": (2, NET),
    "fill_rate": (1, "(shipped.filled) / (placed.lines - cancelled.complete)"),
    "cycle_time": (1, "p50 of cycle_days over delivered.lines"),
    "cycle_time_p90": (1, "p90 of cycle_days over delivered.lines"),
    "return_rate": (1, "(returned.units) / (delivered.units)"),
    "incentive_cost": (1, COST),
    "incentive_cost_ratio": (1, f"({COST}) / ({NET})"),
    "incentives_accrued": (1, "earned.accrued + clawed_back.accrued + adjusted.accrued + stated.accrued"),
    "incentives_payable": (1, "stated.payable + paid_out.payable + written_off.payable"),
    "incentives_paid": (1, "paid_out.paid"),
}
# Four lines: 1 ships whole at once, 2 in two shipments and half of it comes back, 3 is cancelled whole, 4 in part. The first shipment
# arrives after 3 days, the second after 10. Then goods come back whose sale is not here, and two notes correct money. At last something is
# earned, taken back, adjusted, stated, paid in part and written off.
LINES = [line(1, "a", 2, "10.005", "0.5"), line(2, "b", 4, "1.25", "1"), line(3, "c", 1, "3"), line(4, "d", 10, "2", "5")]
STORY: Sequence[Any] = [
    placed(lines=tuple(LINES)),
    cancelled(lines=(line(3, "c", 1, "3", complete=True), line(4, "d", 4, "2", "2"))),
    shipped(
        1,
        lines=(line(1, "a", 2, "10.005", "0.5", complete=True), line(2, "b", 1, "1.25", "0.25"), line(4, "d", 6, "2", "3", complete=True)),
    ),
    shipped(2, lines=(line(2, "b", 3, "1.25", "0.75"),)),
    delivered(occurred_on=MONDAY + timedelta(days=3), lines=(line(1, "a", 2), line(2, "b", 1), line(4, "d", 6))),
    delivered(occurred_on=MONDAY + timedelta(days=10), lines=(line(2, "b", 3),)),
    returned(lines=(line(2, "b", 2, "1.25", "0.5"),)),
    goods_returned(line(1, "a", 3, "9", "1"), line(2, "z", 1, "2.5")),
    corrected("credit", "4.25", sku="a"),
    corrected("debit", "1.00", credit_id="erp:DN-1"),
    *(earned("1.20"), clawed_back("0.20"), adjusted("0.05"), stated(("0.90", "CNY")), paid("0.50"), written_off("0.15")),
]
EXPECTED = {
    "order_lines": ("4", "4"),
    "orders": ("1", "1"),
    "units": ("17", "17"),
    "gross": ("48.010", "48.01"),
    "discount": ("6.5", "6.50"),
    "cancelled": ("9", "9.00"),
    "returned": ("30.50", "30.50"),
    "corrected": ("-3.25", "-3.25"),
    "net": ("-1.240", "-1.24"),
    "fill_rate": ("2", "0.666667"),
    "cycle_time": ("3", "3"),
    "cycle_time_p90": ("4", "10"),
    "return_rate": ("2", "0.166667"),
    "incentive_cost": ("0.90", "0.90"),
    "incentive_cost_ratio": ("0.90", "-0.725806"),
    "incentives_accrued": ("0.15", "0.15"),
    "incentives_payable": ("0.25", "0.25"),
    "incentives_paid": ("0.50", "0.50"),
}
DENOMINATORS = {"incentive_cost_ratio": "-1.240", "fill_rate": "3", "cycle_time": "4", "cycle_time_p90": "4", "return_rate": "12"}


def test_every_kpi_is_pinned_with_its_version() -> None:
    assert {name: (kpi.version, kpi.formula) for name, kpi in CATALOGUE.kpis.items()} == FORMULAS


@pytest.mark.parametrize("kpi", CATALOGUE.kpis.values(), ids=lambda one: one.name)
def test_each_says_what_it_means_in_both_languages(kpi: Kpi) -> None:
    assert kpi.description.isascii()
    assert any("\u4e00" <= letter <= "\u9fff" for letter in kpi.zh)


@pytest.mark.parametrize("kpi", EXPECTED)
async def test_a_kpi_of_an_order_that_was_cancelled_shipped_and_returned_in_part(metrics_url: str, kpi: str) -> None:
    await count(metrics_url, [told(event, n, MONDAY) for n, event in enumerate(STORY, 1)])
    async with running(SERVICE, database_url=metrics_url) as client:
        value = await only(client, kpi)
    assert (value["numerator"], value["value"]) == EXPECTED[kpi]
    assert value["denominator"] == DENOMINATORS.get(kpi)


def test_amounts_of_two_units_are_never_added_up_nor_is_what_is_not_measured() -> None:
    with pytest.raises(ValueError, match="lines and money are never added up"):
        Kpi("x", "", "", PLACED.lines + PLACED.gross)
    with pytest.raises(ValueError, match="a quantile is of a number that all of its facts have"):
        Kpi("x", "", "", PLACED.lines, quantile=Quantile(CYCLE_DAYS, 50))
    for name in ("filled", "cycle_days"):
        with pytest.raises(AttributeError, match=f"nothing called {name} is measured of what was placed"):
            getattr(PLACED, name)


def test_a_ratio_of_money_is_never_one_over_several_currencies() -> None:
    share = Kpi("x", "", "", RETURNED.net, denominator=PLACED.gross)
    assert (share.unit, groups_of(share, ("day",)), groups_of(share, ("currency",))) == ("ratio", ("day", "currency"), ("currency",))


def test_a_file_without_the_kpi_it_is_named_for_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "planted_kpis"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "other.py").write_text("from metrics.kpis.net import KPI\n")
    monkeypatch.syspath_prepend(tmp_path)
    planted: ModuleType = __import__("planted_kpis")
    with pytest.raises(TypeError, match=r"planted_kpis\.other has to define Kpi, named 'other'"):
        discover(planted, Kpi)
