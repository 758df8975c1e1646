"""Products, partners and territories as they were told, since when."""

from datetime import date

import pytest
import sqlalchemy as sa
from channel_service.partners import PartnerApplied, PartnerDescribed, PartnerMoved, PartnerMoveWithdrawn, versions
from channel_service.testing import running
from channel_testing import feed, recorded
from metrics.app import SERVICE
from metrics.contracts.orders_inventory import ProductDefined
from metrics.contracts.partner_registry import TerritoryDefined
from metrics.views.hierarchy import PARTNERS
from metrics.views.products import PRODUCTS

from .examples import told
from .folding import fold

JAN, FEB = date(2026, 1, 5), date(2026, 2, 1)
APPLIED = PartnerApplied(partner_id="p-1", name="Jade", channel_type="agent", territory="CN", parent="p-0", occurred_on=JAN)


def test_a_product_keeps_each_of_its_descriptions() -> None:
    first = ProductDefined(sku="s-1", name="Pump", category="parts", occurred_on=JAN)
    second = ProductDefined(sku="s-1", name="Pump", category="tools", occurred_on=FEB)
    assert [(row["valid_from"], row["category"]) for row in feed(PRODUCTS, first, second).rows()] == [(JAN, "parts"), (FEB, "tools")]


def test_a_later_word_about_the_same_date_is_another_version_by_the_day_it_was_recorded() -> None:
    first = recorded(ProductDefined(sku="s-1", name="Pump", category="parts", occurred_on=JAN), recorded_on=JAN, position=1)
    second = recorded(ProductDefined(sku="s-1", name="Pump", category="tools", occurred_on=JAN), recorded_on=FEB, position=2)
    rows = feed(PRODUCTS, first, second).rows()
    assert [(row["recorded_on"], row["category"]) for row in rows] == [(JAN, "parts"), (FEB, "tools")]


def test_a_moved_partner_has_a_place_from_each_date_and_one_name() -> None:
    moved = PartnerMoved(partner_id="p-1", territory="US", parent=None, occurred_on=FEB)
    fed = feed(PARTNERS, APPLIED, moved)
    assert [(r["valid_from"], r["territory"], r["parent"]) for r in fed.rows("partner_place")] == [(JAN, "CN", "p-0"), (FEB, "US", None)]
    assert [(r["partner_id"], r["name"]) for r in fed.rows("partner_copy")] == [("p-1", "Jade")]


def test_a_territory_has_a_name_and_a_parent() -> None:
    (row,) = feed(PARTNERS, TerritoryDefined(territory="CN-N", name="North", parent="CN", occurred_on=JAN)).rows("territory_version")
    assert (row["name"], row["parent"], row["valid_from"]) == ("North", "CN", JAN)


def test_a_partner_is_called_what_it_was_called_last() -> None:
    [row] = feed(PARTNERS, APPLIED, PartnerDescribed(partner_id="p-1", name="Jade Group", segment="key")).rows("partner_copy")
    assert (row["name"], row["segment"], "jade group" in row["search_text"]) == ("Jade Group", "key", True)


@pytest.mark.parametrize(("known_at", "places"), [(JAN, ["CN", "US"]), (None, ["CN", "JP"])])
async def test_a_move_that_was_withdrawn_is_no_place_once_that_is_known(metrics_url: str, known_at: date | None, places: list[str]) -> None:
    said = [
        told(APPLIED, 1, JAN),
        told(PartnerMoved(partner_id="p-1", territory="US", parent=None, occurred_on=date(2026, 3, 1)), 2, JAN),
        told(PartnerMoveWithdrawn(partner_id="p-1", occurred_on=date(2026, 3, 1)), 3, FEB),
        told(PartnerMoved(partner_id="p-1", territory="JP", parent=None, occurred_on=FEB), 4, FEB),
    ]
    await fold(metrics_url, PARTNERS, said)
    async with running(SERVICE, database_url=metrics_url) as client, client.runtime.reading_everything() as read:
        known = versions(PARTNERS.place, known_at)
        rows = (await read.execute(sa.select(known.c.territory).order_by(known.c.since))).all()
    assert [row.territory for row in rows] == places
