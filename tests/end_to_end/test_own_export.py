"""A user's own export through the real services: the dry run says what the load says, and the next month adds what is new."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from qudao_local.demo.datasets import Earlier, load, read_mapping
from qudao_local.demo.datasets.report import CHANGED
from qudao_local.demo.play import settle
from qudao_local.demo.play.doors import Doors
from qudao_local.demo.play.player import Outcome, Player
from qudao_local.demo.play.progress import Reporter
from qudao_local.demo.play.refusals import REFUSED
from qudao_local.demo.play.rehearsal import Rehearsed, rehearse
from qudao_local.demo.said import console
from qudao_local.demo.scenario import Scenario
from qudao_local.stack import Stack

from .platform import Platform

MAPPING = """
name: {name}
currency: EUR
zone: Europe/Berlin
files: {{rows: {{path: "rows*.csv"}}}}
territories: [{{from: rows, territory: {{constant: de}}, name: {{constant: Germany}}}}]
partners: {{from: rows, partner: shop, name: shop, channel_type: {{constant: store}}, territory: {{constant: de}}}}
products: {{from: rows, sku: sku, name: sku}}
warehouses: [{{warehouse: "{name}", name: Main}}]
orders:
  from: rows
  order: order
  partner: shop
  on: day
  warehouse: {{constant: "{name}"}}
  confirmed_on: day
  shipped_on: day
  delivered_on: day
  line: {{sku: sku, quantity: qty, total: total}}
  kinds:
    - {{kind: return, when: "= type == 'return'", on: day, reason: back}}
    - {{kind: order_line}}
"""
HEADER = "type,order,shop,day,sku,qty,total\n"
JANUARY = "sale,A,{shop}1,2025-01-02,TEA,5,12.75\nsale,A,{shop}1,2025-01-02,MUG,3,10\nreturn,A,{shop}1,2025-01-20,TEA,1,0\n"
FEBRUARY = "sale,B,{shop}2,2025-02-03,TEA,2,5.20\nreturn,A,{shop}1,2025-02-05,TEA,1,0\n"
TOO_LONG = "x" * 201

Result = TypeVar("Result")


class Export:
    """A folder of one data set, written anew for each load; its partners have names of their own."""

    mapping, header = MAPPING, HEADER

    def __init__(self, folder: Path, name: str, stack: Stack) -> None:
        self._folder, self._name, self._stack = folder, name, stack
        self._earlier = Earlier()

    def load(self, rows: str) -> Outcome:
        scenario, earlier = self._read(rows)
        self._earlier = earlier
        return self._on_doors(lambda doors: Player(doors, scenario, Reporter(console())).play())

    def rehearse(self, rows: str, *, throw_away: bool) -> Rehearsed:
        scenario, _ = self._read(rows)
        return self._on_doors(lambda doors: rehearse(doors, scenario, Reporter(console()), throw_away=throw_away))

    def _read(self, rows: str) -> tuple[Scenario, Earlier]:
        (self._folder / "mapping.yaml").write_text(self.mapping.format(name=self._name))
        (self._folder / "rows.csv").write_text(self.header + rows.format(shop=self._name))
        scenario, report, earlier = load(read_mapping(self._folder / "mapping.yaml"), self._folder, self._earlier)
        assert not report.bad
        return scenario, earlier

    def _on_doors(self, work: Callable[[Doors], Awaitable[Result]]) -> Result:
        async def working() -> Result:
            async with Doors(self._stack.urls, token=self._stack.token()) as doors:
                return await work(doors)

        return asyncio.run(working())


@pytest.fixture
def export(tmp_path: Path, stack: Stack, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setattr(settle, "_QUIET", 2.0)
    return Export(tmp_path, request.node.name.split("_")[1], stack)


def test_grown_exports_load_and_repeats_add_nothing(export: Export, platform: Platform) -> None:
    first = export.load(JANUARY)
    assert (first.all.refused, first.differs, first.notes) == (0, None, [])
    assert platform.kpi("net", source="grown") == Decimal("22.75") - Decimal("2.55")
    grown = export.load(JANUARY + FEBRUARY)
    assert (grown.all.refused, grown.differs, grown.notes) == (0, None, [])
    assert grown.documents.accepted == 3, "a receipt, an order and a return"
    assert platform.kpi("net", source="grown") == Decimal("27.95") - Decimal("5.10")
    again = export.load((JANUARY + FEBRUARY).replace("12.75", "12.750"))
    assert (again.all.accepted, again.all.refused) == (0, 0)
    alone = export.load(FEBRUARY.splitlines(keepends=True)[0])
    assert (alone.all.refused, alone.differs) == (0, None)
    assert alone.notes == ["the figures are not those of this export alone: 1 orders of earlier loads are not in this export"]


def test_altered_orders_end_with_a_list(export: Export, platform: Platform) -> None:
    export.load(JANUARY)
    outcome = export.load(JANUARY.replace("MUG,3,10", "MUG,4,10") + FEBRUARY)
    assert outcome.differs is None
    (changed,) = outcome.refusals[CHANGED]
    assert changed.startswith("rows.csv:2: altered:A: ")
    assert REFUSED not in outcome.refusals
    assert not outcome.failed
    assert "1 documents are there as they were before they were changed" in outcome.notes[0]
    assert platform.kpi("orders", source="altered") == 2, "what is new is there"


def test_rehearsed_refusals_are_those_of_the_load(export: Export) -> None:
    too_long = f"sale,{TOO_LONG},{{shop}}1,2025-01-09,TEA,1,1\n"
    rows = JANUARY + too_long + f"sale,D,{{shop}}1,2025-01-09,{'x' * 65},1,1\n"
    rehearsed = export.rehearse(rows, throw_away=True)
    loaded = export.load(rows)
    assert rehearsed.refusals == loaded.refusals
    lines = rehearsed.refusals[REFUSED]
    assert {line.split(": ")[0] for line in lines} == {"rows.csv:5", "rows.csv:6", "opening stock"}
    assert rehearsed.tally.refused == loaded.all.refused == len(lines)
    kept = export.rehearse(JANUARY + FEBRUARY, throw_away=False)
    assert (kept.tally.refused, kept.refusals) == (0, {})


WHOLE = MAPPING.replace("shipped_on: day", "shipped_on: shipped").replace("delivered_on: day", "delivered_on: shipped")
WHOLE = WHOLE.replace(
    "    - {{kind: order_line}}", "    - {{kind: order_line, when: \"= type == 'sale'\"}}\n    - {{kind: ignored, reason: of no order}}"
)
WHOLE += """
credit_notes:
  - {{from: rows, where: "= type == 'credit'", note: order, partner: shop, on: day, reason: came back, warehouse: {{constant: "{name}"}},
     line: {{sku: sku, quantity: qty, total: total}}, amount: "= number(total) if qty == '0' else 0", match: {{by: item, of: partner}}}}
stock:
  - {{kind: opening, from: rows, where: "= type == 'lay'", warehouse: {{constant: "{name}"}}, sku: sku, quantity: qty, on: day}}
  - {{kind: receipt, from: rows, where: "= type == 'in'", warehouse: {{constant: "{name}"}}, sku: sku, quantity: qty, on: day,
     reference: order}}
  - {{kind: write_off, from: rows, where: "= type == 'out'", warehouse: {{constant: "{name}"}}, sku: sku, quantity: qty, on: day,
     reference: order, reason: broken}}
"""
IN_STOCK = (
    "lay,,{shop}1,2025-01-01,TEA,9,0,\nlay,,{shop}1,2025-01-01,MUG,2,0,\n"
    "in,DN1,{shop}1,2025-01-08,MUG,5,0,\nout,L1,{shop}1,2025-01-09,MUG,1,0,\n"
)
PLACED = "sale,A,{shop}1,2025-01-02,TEA,5,12.50,\nsale,B,{shop}2,2025-01-09,MUG,4,8,2025-01-10\n"
NOTES = "credit,CN1,{shop}2,2025-01-20,MUG,5,10,\ncredit,CN2,{shop}1,2025-01-21,TEA,0,1.50,\n"


def test_whole_exports_go_on_next_month_and_every_figure_is_theirs(export: Export, platform: Platform) -> None:
    export.mapping, export.header = WHOLE, "type,order,shop,day,sku,qty,total,shipped\n"
    first = export.load(IN_STOCK + PLACED + NOTES)
    assert (first.refusals, first.differs, first.notes) == ({}, None, [])
    assert platform.kpi("net", source="whole") == Decimal("20.50") - 10 - Decimal("1.50")
    later = (IN_STOCK + PLACED + NOTES).replace("12.50,", "12.50,2025-02-03") + "return,A,{shop}1,2025-02-05,TEA,1,0,\n"
    rehearsed = export.rehearse(later, throw_away=False)
    assert rehearsed.refusals == {}
    grown = export.load(later)
    assert (grown.refusals, grown.differs, grown.notes) == ({}, None, [])
    assert grown.documents.accepted == 2, "the order that went on, and what came back of it"
    assert platform.kpi("net", source="whole") == Decimal("20.50") - 10 - Decimal("1.50") - Decimal("2.50")
    again = export.load(later)
    assert (again.all.accepted, again.refusals, again.differs) == (0, {}, None)
    less = export.load(
        later.replace("MUG,4,8,", "MUG,3,6,").replace("sale,A,{shop}1,2025-01-02,TEA,5,12.50", "sale,A,{shop}1,2025-01-02,TEA,6,15")
    )
    assert sorted(line.rpartition(": ")[2] for line in less.refusals[CHANGED]) == [
        "line 1 has 1 units less, which were shipped", "line 1 has 5 units here, not 6",
    ]  # fmt: skip
    lies = {
        row["sku"]: (row["on_hand"], row["adjusted"]) for row in platform.get("orders-inventory", "/v1/stock", warehouse="whole")["items"]
    }
    assert lies == {"TEA": (5, 9), "MUG": (7, 1)}
