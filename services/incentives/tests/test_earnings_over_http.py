"""What a payee earns by a plan of real orders, explained down to their events."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from channel_events import Recorded
from channel_service import Service
from channel_service.testing import Running, fold, running
from channel_testing import recorded
from incentives.app import SERVICE
from incentives.contracts import orders_inventory as told
from incentives.views.movements import MOVEMENTS

from .plans import document, go, rule

Migrated = Callable[[Service], Awaitable[str]]
TIERS = [{"start": "0", "until": "1000", "rate": "0.01"}, {"start": "1000", "rate": "0.02"}]
SLAB = {"slab": {"boundary": "start", "tiers": TIERS}}


def happened(cls: Any, order: str, day: str, units: int, **more: Any) -> Any:
    """To a line of pens at 100, less a discount of 10 each."""
    header: dict[str, Any] = {
        "order_id": order,
        "source": "shop",
        "partner_id": "p-1",
        "channel_type": "store",
        "territory": "CN-E",
        "currency": "CNY",
        "warehouse": "sh",
        "sales_rep": "ann",
        "occurred_on": date.fromisoformat(day),
        "lines": (told.Line("1", "PEN", units, Decimal(100), Decimal(10 * units)),),
    }
    if cls is not told.OrderPlaced:
        header["placed_on"] = date(2026, 2, 1)
    return cls(**header | more)


def in_log(*events: Any) -> list[Recorded]:
    return [recorded(one, position=at, id=f"event-{at}") for at, one in enumerate(events, 1)]


ORDERS = in_log(
    told.ProductDefined(sku="PEN", occurred_on=date(2026, 1, 1), category="Pens"),
    happened(told.OrderPlaced, "shop:1", "2026-02-01", 8),
    happened(told.ShipmentHandedOver, "shop:1", "2026-02-03", 8),
    happened(told.OrderPlaced, "shop:2", "2026-02-01", 4),
    happened(told.ShipmentHandedOver, "shop:2", "2026-04-03", 4),
    happened(told.DeliveryConfirmed, "shop:2", "2026-04-05", 4),
)
BACK = happened(told.ReturnReceived, "shop:2", "2026-05-01", 4)


async def earned(client: Running, payee: str = "p-1", version: int = 1) -> dict[str, Any]:
    answer = await client.get(f"/v1/plans/dealers/versions/{version}/payees/{payee}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def url(migrated: Migrated) -> str:
    return await migrated(SERVICE)


async def arrive(url: str, events: Sequence[Recorded]) -> None:
    await fold(url, MOVEMENTS, events)


@pytest.mark.row("IN-21")
async def test_an_amount_is_explained_down_to_the_events(url: str) -> None:
    await arrive(url, ORDERS)
    async with running(SERVICE, database_url=url) as client:
        await go(client, document(rule(SLAB, rule_id="volume", when="category == 'Pens'")))
        found = await earned(client)
        assert found["amount"] == "21.60"  # 2 % of 12 at 90
        [entry] = found["entries"]
        told_ = (await client.get(f"/v1/explain/{entry['entry_id']}")).json()
    assert told_["entry"] == entry
    assert [(one["tier"], one["base"], one["rate"], one["amount"]) for one in told_["slices"]] == [(2, "1080", "0.02", "21.6")]
    assert entry["en"] == ["tier 2 is reached: 2% of all 1080"]
    assert [(one["event_id"], one["order_id"], one["line_id"], one["on"], one["counted"]) for one in told_["lines"]] == [
        ("event-3", "shop:1", "1", "2026-02-03", "720"),
        ("event-5", "shop:2", "1", "2026-04-03", "360"),
    ]
    assert sum(Decimal(one["counted"]) for one in told_["lines"]) == Decimal(entry["counted"])
    assert (told_["plan_id"], told_["version"], told_["unrounded"], told_["lines_in_all"]) == ("dealers", 1, "21.6", 2)


@pytest.mark.row("IN-11")
@pytest.mark.parametrize(
    ("base", "moment", "amount"),
    [
        ("net", "ordered", "108.00"),
        ("gross", "shipped", "120.00"),
        ("net", "delivered", "36.00"),
        ("units", "shipped", "1.20"),
        ("margin", "shipped", "0.00"),
    ],
)
async def test_what_counts_and_when_is_the_plans_choice(url: str, base: str, moment: str, amount: str) -> None:
    await arrive(url, ORDERS)
    async with running(SERVICE, database_url=url) as client:
        example = {"says": "nothing", "lines": [{"on": "2026-02-01", "net": "0", "units": 0}], "pays": "0"}
        await go(client, document(rule({"flat": {"rate": "0.1"}}, base=base, moment=moment, examples=[example])))
        assert (await earned(client))["amount"] == amount


async def test_what_comes_back_lowers_the_window_of_its_sale_by_the_version_of_its_sale(url: str) -> None:
    await arrive(url, [*ORDERS, *in_log(*[BACK] * 7)[6:]])
    async with running(SERVICE, database_url=url) as client:
        await go(client, document(rule(SLAB, rule_id="volume")))
        await go(client, document(rule({"flat": {"rate": "0.5"}}), valid_from="2026-04-10"))
        assert (await earned(client))["amount"] == "7.20"  # 1 % of 720: without the return it was 2 % of 1,080
        assert (await earned(client, version=2))["entries"] == []  # the return is no line of the new version


async def test_the_sales_rep_is_paid_for_the_lines_of_all_its_partners(url: str) -> None:
    other = happened(told.OrderPlaced, "shop:3", "2026-03-01", 1, partner_id="p-2")
    await arrive(url, in_log(*(one.data for one in ORDERS), other))
    async with running(SERVICE, database_url=url) as client:
        await go(client, document(rule({"flat": {"rate": "0.1"}}, moment="ordered"), payee="sales_rep"))
        assert (await earned(client, "ann"))["amount"] == "117.00"  # a tenth of 13 at 90
        assert (await earned(client, "bob"))["entries"] == []
        partner = client.as_("partner", partner_id="p-1")
        assert (await partner.get("/v1/plans/dealers/versions/1/payees/ann")).status_code == 404


async def test_a_partner_sees_what_it_earns_and_nobody_elses(url: str) -> None:
    await arrive(url, ORDERS)
    async with running(SERVICE, database_url=url) as client:
        await go(client, document(rule(SLAB, rule_id="volume")))
        own, other = client.as_("partner", partner_id="p-1"), client.as_("partner", partner_id="p-2")
        [entry] = (await earned(own))["entries"]
        assert (await own.get(f"/v1/explain/{entry['entry_id']}")).json()["entry"] == entry
        assert (await other.get("/v1/plans/dealers/versions/1/payees/p-1")).json()["code"] == "plan_unknown"
        assert (await other.get(f"/v1/explain/{entry['entry_id']}")).json()["code"] == "entry_unknown"


@pytest.mark.parametrize(
    "entry_id", ["nothing", "dealers~1~volume~~p-1~2099-01-01", "dealers~x~volume~~p-1~2026-01-01", "dealers~9~volume~~p-1~2026-01-01"]
)
async def test_an_entry_that_is_not_there_is_unknown(client: Running, entry_id: str) -> None:
    await go(client, document(rule(SLAB, rule_id="volume")))
    answer = await client.get(f"/v1/explain/{entry_id}")
    assert (answer.status_code, answer.json()["code"]) in {(404, "entry_unknown"), (404, "plan_unknown")}


async def test_a_draft_rates_nothing(client: Running) -> None:
    await client.put("/v1/plans/dealers", json=document(rule(SLAB)))
    assert (await client.get("/v1/plans/dealers/versions/1/payees/p-1")).json()["code"] == "plan_unknown"
