"""Products, partners and territories as they were told, since when."""

from datetime import date

from channel_events.testing import feed, recorded
from channel_service.partners import PartnerApplied, PartnerMoved
from metrics.contracts.orders_inventory import ProductDefined
from metrics.contracts.partner_registry import TerritoryDefined
from metrics.views.hierarchy import PARTNERS
from metrics.views.products import PRODUCTS

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
