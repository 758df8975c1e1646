"""Business date and recorded day: as of when, and as known when; hierarchies and categories by the fact's date."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_service.partners import PartnerApplied, PartnerMoved
from channel_service.testing import Running, running
from metrics.app import SERVICE
from metrics.contracts.orders_inventory import ProductDefined
from metrics.contracts.partner_registry import TerritoryDefined
from metrics.views.hierarchy import PARTNERS
from metrics.views.products import PRODUCTS

from .examples import line, placed, returned, shipped, told
from .folding import count, fold
from .requests import by, only, summed, values

JAN_5, JAN_20, FEB_1, FEB_10, FEB_20 = date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1), date(2026, 2, 10), date(2026, 2, 20)


def order(number: int, on: date, partner: str = "p-1", **facts: Any) -> Any:
    return placed(order_id=f"direct:{number}", occurred_on=on, partner_id=partner, lines=(line(quantity=1, price="100"),), **facts)


@pytest.fixture
async def asking(metrics_url: str) -> AsyncIterator[Running]:
    """Two orders of 100, one of January and one of February; the first comes back in February, recorded ten days late."""
    one = (line(quantity=1, price="100", complete=True),)
    events = [
        told(order(1, JAN_5), 1, JAN_5),
        told(shipped(1, order_id="direct:1", placed_on=JAN_5, occurred_on=JAN_20, lines=one), 2, JAN_20),
        told(order(2, FEB_10), 3, FEB_10),
        told(returned(order_id="direct:1", placed_on=JAN_5, occurred_on=FEB_10, lines=one), 4, FEB_20),
    ]
    await count(metrics_url, events)
    async with running(SERVICE, database_url=metrics_url) as client:
        yield client


async def test_a_return_lowers_net_on_its_own_date(asking: Running) -> None:
    assert await by(asking, "net", "month") == {"2026-01": "100.00", "2026-02": "0.00"}


async def test_as_of_leaves_out_what_happened_later(asking: Running) -> None:
    assert (await only(asking, "net", as_of=FEB_1))["value"] == "100.00"
    assert (await only(asking, "net", as_of=FEB_10))["value"] == "100.00"
    assert (await only(asking, "gross", as_of=FEB_10))["value"] == "200.00"


async def test_known_at_leaves_out_what_was_recorded_later(asking: Running) -> None:
    assert (await only(asking, "net", known_at=FEB_10))["value"] == "200.00"
    assert (await only(asking, "net", known_at=FEB_20))["value"] == "100.00"


async def test_from_and_to_are_both_inclusive(asking: Running) -> None:
    assert (await only(asking, "gross", from_=JAN_5, to=FEB_10))["value"] == "200.00"
    assert (await only(asking, "gross", from_=date(2026, 1, 6), to=FEB_10))["value"] == "100.00"
    assert (await only(asking, "gross", from_=JAN_5, to=date(2026, 2, 9)))["value"] == "100.00"


async def test_fill_rate_belongs_to_the_date_of_the_order_and_as_of_to_that_of_the_shipment(asking: Running) -> None:
    assert await by(asking, "fill_rate", "month") == {"2026-01": "1.000000", "2026-02": "0.000000"}
    assert await by(asking, "fill_rate", "month", as_of=date(2026, 1, 19)) == {"2026-01": "0.000000"}


async def test_periods_are_named_as_people_name_them(asking: Running) -> None:
    assert await by(asking, "orders", "day") == {"2026-01-05": "1", "2026-02-10": "1"}
    assert await by(asking, "orders", "week") == {"2026-W02": "1", "2026-W07": "1"}
    assert await by(asking, "orders", "quarter") == {"2026-Q1": "2"}
    assert await by(asking, "orders", "half") == {"2026-H1": "2"}
    assert await by(asking, "orders", "year") == {"2026": "2"}


async def test_fiscal_periods_are_those_of_the_brands_own_calendar(asking: Running, metrics_url: str) -> None:
    assert await by(asking, "orders", "fiscal_month") == {"FY2026-P01": "1", "FY2026-P02": "1"}
    retail = "4-5-4 to the nearest saturday of january, named by its first day"
    async with running(SERVICE, database_url=metrics_url, fiscal_year=retail) as client:
        assert await by(client, "orders", "fiscal_month") == {"FY2025-P12": "1", "FY2026-P01": "1"}
        assert await by(client, "orders", "fiscal_quarter") == {"FY2025-Q4": "1", "FY2026-Q1": "1"}
        assert await by(client, "orders", "fiscal_half") == {"FY2025-H2": "1", "FY2026-H1": "1"}
        assert await by(client, "orders", "fiscal_year") == {"FY2025": "1", "FY2026": "1"}
        [late] = await values(client, "orders", group_by="fiscal_month", from_="2026-02-05")
        assert late["facts"] == "/v1/kpis/orders/facts?from=2026-02-05&to=2026-02-28"
        assert await summed(client, late["facts"]) == (Decimal(1), Decimal(0))


async def test_a_moved_partner_takes_only_its_later_orders_along(metrics_url: str) -> None:
    """p-1 is under p-north until February, then under p-south; the move was recorded on the 10th."""
    partners = [
        PartnerApplied(partner_id=p, name=p, channel_type="agent", territory="CN", occurred_on=JAN_5) for p in ("p-north", "p-south")
    ]
    own = PartnerApplied(partner_id="p-1", name="Jade", channel_type="agent", territory="CN", parent="p-north", occurred_on=JAN_20)
    moved = PartnerMoved(partner_id="p-1", territory="CN", parent="p-south", occurred_on=FEB_1)
    told_on = [(partners[0], JAN_5), (partners[1], JAN_5), (own, JAN_20), (moved, FEB_10)]
    await fold(metrics_url, PARTNERS, [told(event, n, on) for n, (event, on) in enumerate(told_on, 1)])
    await count(metrics_url, [told(order(1, JAN_20), 1, JAN_5), told(order(2, FEB_1), 2, JAN_5)])
    async with running(SERVICE, database_url=metrics_url) as client:
        assert await by(client, "orders", "day", partner_tree="p-north") == {"2026-01-20": "1"}
        assert await by(client, "orders", "day", partner_tree="p-south") == {"2026-02-01": "1"}
        assert await by(client, "orders", "day", partner_tree="p-1") == {"2026-01-20": "1", "2026-02-01": "1"}
        # Before the move was recorded, all of it was believed to be under p-north.
        assert (await only(client, "orders", partner_tree="p-north", known_at=date(2026, 2, 9)))["value"] == "2"


async def test_an_order_from_before_a_partners_first_known_place_counts_by_that_place(metrics_url: str) -> None:
    own = PartnerApplied(partner_id="p-1", name="Jade", channel_type="agent", territory="CN", parent="p-0", occurred_on=FEB_1)
    await fold(metrics_url, PARTNERS, [told(own, 1, FEB_1)])
    await count(metrics_url, [told(order(1, JAN_5), 1, FEB_1)])
    async with running(SERVICE, database_url=metrics_url) as client:
        assert (await only(client, "orders", partner_tree="p-0"))["value"] == "1"


async def test_moves_that_overtook_each_other_do_not_hang_a_question(metrics_url: str) -> None:
    ring = [("p-1", "p-2"), ("p-2", "p-1")]
    events = [PartnerApplied(partner_id=p, name=p, channel_type="agent", territory="CN", parent=q, occurred_on=JAN_5) for p, q in ring]
    await fold(metrics_url, PARTNERS, [told(event, n, JAN_5) for n, event in enumerate(events, 1)])
    await count(metrics_url, [told(order(1, JAN_5), 1, JAN_5)])
    async with running(SERVICE, database_url=metrics_url) as client:
        assert (await only(client, "orders", partner_tree="p-1"))["value"] == "1"


async def test_a_territory_filter_is_exact_and_a_tree_is_all_below(metrics_url: str) -> None:
    tree = {"CN": None, "CN-S": "CN", "CN-S-1": "CN-S", "US": None}
    events = [TerritoryDefined(territory=code, name=code, parent=parent, occurred_on=JAN_5) for code, parent in tree.items()]
    await fold(metrics_url, PARTNERS, [told(event, n, JAN_5) for n, event in enumerate(events, 1)])
    orders = [told(order(n, JAN_5, territory=code), n, JAN_5) for n, code in enumerate(tree, 1)]
    await count(metrics_url, orders)
    async with running(SERVICE, database_url=metrics_url) as client:
        assert (await only(client, "orders", territory="CN"))["value"] == "1"
        assert (await only(client, "orders", territory_tree="CN"))["value"] == "3"
        assert (await only(client, "orders", territory_tree=["CN-S", "US"]))["value"] == "3"


async def test_a_category_is_that_of_the_facts_date(metrics_url: str) -> None:
    defined = [("bikes", JAN_5), ("parts", FEB_1)]
    events = [ProductDefined(sku="s-1", name="Pump", category=category, occurred_on=on) for category, on in defined]
    await fold(metrics_url, PRODUCTS, [told(event, n, JAN_5) for n, event in enumerate(events, 1)])
    await count(metrics_url, [told(order(1, JAN_20), 1, JAN_20), told(order(2, FEB_10), 2, FEB_10), told(order(3, FEB_20), 3, FEB_20)])
    async with running(SERVICE, database_url=metrics_url) as client:
        assert await by(client, "order_lines", "product_category") == {"bikes": "1", "parts": "2"}
        assert (await only(client, "order_lines", product_category="parts"))["value"] == "2"


async def test_a_product_nobody_described_has_no_category(asking: Running) -> None:
    assert await by(asking, "order_lines", "product_category") == {None: "2"}
    assert (await only(asking, "order_lines", product_category=""))["value"] == "2"
