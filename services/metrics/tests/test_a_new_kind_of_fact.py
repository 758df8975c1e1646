"""A KPI over facts that there were not: a file for the facts, a file for the KPI, and nothing else in the service changes."""

import importlib
import re
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import metrics.api.measures
import metrics.app
import metrics.facts
import metrics.kpis
import pytest
from channel_service import Service
from channel_service.migrations import migrate
from channel_service.partners import PartnerApplied
from channel_service.testing import listening, running
from channel_testing import feed
from metrics.app import CATALOGUE
from metrics.application.catalogue import Catalogue
from metrics.domain.facts import Dimension, Facts
from metrics.views.fact_tables import tables_of

from .examples import MONDAY, header, told
from .folding import fold
from .live import follow
from .requests import all_facts, by, only

FACTS = """
from channel_events.pure import event
from channel_service import partners

from metrics.domain.facts import Dimension, Facts
from metrics.views.fact_tables import tables_of
from metrics.domain.kpi import kinds_of


@event("partner_applied", public=True)
class Applied(partners.PartnerApplied, frozen=True):
    @property
    def placed_on(self):
        return self.occurred_on


APPLICATIONS = Facts(
    "applications",
    of="partner-registry",
    kinds={Applied: "applied"},
    ids=[],
    dimensions=[
        Dimension("partner", "Partner ids.", "p-1001", field="partner_id", tree="Partners and all under them, on the fact's date."),
        Dimension("under", "Who it is under.", "p-1000", field="parent", optional=True),
    ],
    amounts=[],
    fold=lambda event: [{}],
)
(APPLIED,) = kinds_of(APPLICATIONS)
"""
KPI = '''"""Partners that applied, on that date."""

from metrics.domain.kpi import Kpi
from metrics.facts.applications import APPLIED

KPI = Kpi("recruited", "Partners recruited", __doc__, numerator=APPLIED.lines)
'''


Plant = Callable[[ModuleType, str, str], None]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """``plant(room, name, text)`` is a file more in one of the service's rooms."""
    planted: list[tuple[ModuleType, str]] = []
    monkeypatch.setattr(metrics.api.measures, "measures", lambda _: [])  # a gauge is there once in a process

    def plant(room: ModuleType, name: str, text: str) -> None:
        folder = tmp_path / room.__name__
        folder.mkdir()
        (folder / f"{name}.py").write_text(text)
        monkeypatch.setattr(room, "__path__", [*room.__path__, str(folder)])
        planted.append((room, name))
        importlib.invalidate_caches()

    yield plant
    for room, name in planted:
        if sys.modules.pop(f"{room.__name__}.{name}", None):
            delattr(room, name)


def made() -> dict[str, Any]:
    """What ``app.py`` makes of the files that are there now."""
    return runpy.run_path(metrics.app.__file__)


async def test_two_files_make_a_kpi_over_a_new_kind_of_fact(plant: Plant, metrics_url: str) -> None:
    plant(metrics.facts, "applications", FACTS)
    plant(metrics.kpis, "recruited", KPI)
    planted: Service = made()["SERVICE"]
    await migrate(planted, metrics_url, "postgres")
    applied = [
        PartnerApplied(partner_id=f"p-{n}", name="", channel_type="", territory="", parent="p-0" if n else None, occurred_on=MONDAY)
        for n in range(3)
    ]
    (view,) = (one for one in planted.views if one.name == "applications")
    kind = importlib.import_module("metrics.facts.applications").Applied
    events = [told(kind(**{name: getattr(one, name) for name in one.__struct_fields__}), n, MONDAY) for n, one in enumerate(applied, 1)]
    await fold(metrics_url, view, events)
    async with running(planted, database_url=metrics_url) as client:
        assert await by(client, "recruited", "under") == {None: "1", "p-0": "2"}
        value = await only(client, "recruited", under="p-0", as_of=MONDAY, known_at=MONDAY)
        assert (value["value"], value["unit"]) == ("2", "lines")
        facts = [fact async for fact in all_facts(client, value["facts"], limit=1)]
        assert [(fact["facts"], fact["kind"], fact["partner"], fact["under"]) for fact in facts] == [
            ("applications", "applied", "p-1", "p-0"),
            ("applications", "applied", "p-2", "p-0"),
        ]
        exported = await client.get("/v1/exports/kpis/recruited/facts", params={"format": "csv"})
        assert exported.text.count("/v1/events/") == 3
        described = (await client.get("/openapi.json")).json()
        assert "under" in described["components"]["schemas"]["ApplicationsFact"]["properties"]
        assert (await only(client.as_("partner", partner_id="p-1"), "recruited"))["value"] == "1"
        assert (await client.get("/v1/kpis/recruited", params={"product": "s-1"})).json()["code"] == "parameter_unknown"
        async with listening(client) as address, follow(address, kpi="recruited", by=["", "under"]) as stream:
            first = await stream.next()
            assert (first.value("recruited"), first.value("recruited", under="p-0")) == ("3", "2")


def test_the_examples_of_the_page_on_new_kpis_are_right(plant: Plant) -> None:
    page = Path(__file__).parents[3] / "docs/how-to/add-a-kpi.md"
    kpi, facts = re.findall(r"```python(?: run)?\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    plant(metrics.kpis, "return_share", kpi)
    plant(metrics.facts, "confirmations", facts)
    catalogue: Catalogue = made()["CATALOGUE"]
    assert catalogue.kpi("return_share").formula == "(returned.net) / (placed.gross)"
    (confirmations,) = (one for one in catalogue.facts if one.name == "confirmations")
    (event,) = confirmations.kinds
    fed = feed(tables_of(confirmations).view, event(**header(placed_on=MONDAY, occurred_on=MONDAY.replace(day=7))))
    assert [(row["kind"], row["product"], row["days_waited"], row["units"]) for row in fed.rows()] == [("confirmed", "s-1", 2, 2)]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (Dimension("currency", "Cash.", "CNY"), "two meanings"),
        (Dimension("payee", "Payees.", "p-1", tree="All under it."), "no view knows its tree"),
        (Dimension("colour", "Colours.", "red", through="product"), "what it is of"),
    ],
)
def test_dimensions_that_could_not_be_asked_by_are_refused_at_the_start(one: Dimension, why: str) -> None:
    sales = CATALOGUE.facts[-1]
    others = [each for each in sales.dimensions if each.name != "currency" or one.name != "currency"]
    other = Facts("x", of="y", kinds={PartnerApplied: "applied"}, ids=[], dimensions=[*others, one], amounts=[], fold=lambda event: [])
    with pytest.raises(ValueError, match=why):
        Catalogue({"sales": sales, "x": other}, {}, [])


def test_facts_that_nobody_could_be_kept_from_seeing_are_refused() -> None:
    with pytest.raises(ValueError, match="only with a partner"):
        Facts("x", of="y", kinds={}, ids=[], dimensions=[], amounts=[], fold=lambda event: [])
