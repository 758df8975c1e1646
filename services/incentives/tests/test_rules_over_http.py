"""Rows of the capability table, each as a plan that carries its examples, worked out by hand, and is approved because they hold."""

from typing import Any

import pytest
from channel_service.testing import Running

from .plans import document, example, go, rule

TIERS = [
    {"start": "0", "until": "10000", "rate": "0.01"},
    {"start": "10000", "until": "20000", "rate": "0.02"},
    {"start": "20000", "rate": "0.03"},
]
TIERED = {"boundary": "start", "tiers": TIERS}
BOTH = [{"net": "15000", "order": "a"}, {"net": "10000", "order": "b"}]


async def shown(client: Running, *rules: dict[str, Any], **more: Any) -> None:
    approved = await go(client, document(*rules, **more))
    assert approved["status"] == "approved"
    assert approved["tried"] == [one for one in approved["tried"] if one["holds"]]
    assert len(approved["tried"]) >= len(rules)


@pytest.mark.row("IN-02")
async def test_a_percentage_or_an_amount_a_unit_of_what_a_condition_names(client: Running) -> None:
    bike, part = {"net": "1000", "category": "Bikes", "sku": "B1"}, {"net": "100", "category": "Parts", "sku": "P1", "units": 4}
    await shown(
        client,
        rule({"flat": {"rate": "0.05"}}, rule_id="all", examples=[example("55", bike, part)]),
        rule({"flat": {"rate": "3"}}, rule_id="unit", base="units", examples=[example("15", bike, part)]),
        rule({"flat": {"rate": "0.1"}}, rule_id="bikes", when="category == 'Bikes'", examples=[example("100", bike, part)]),
        rule({"flat": {"rate": "0.1"}}, rule_id="not", when="!(sku in ['P1', 'P2'])", examples=[example("100", bike, part)]),
        rule(
            {"flat": {"rate": "0.1"}},
            rule_id="first",
            when="first_purchase && channel_type == 'store' && territory.startsWith('CN-')",
            examples=[example("100", {**bike, "first_purchase": True, "channel_type": "store", "territory": "CN-E"}, bike)],
        ),
    )


@pytest.mark.row("IN-03")
async def test_each_slice_at_its_own_rate(client: Running) -> None:
    await shown(client, rule({"stepped": TIERED}, examples=[example("450", *BOTH)]))  # 100 + 200 + 150


@pytest.mark.row("IN-04")
async def test_everything_at_the_rate_that_was_reached(client: Running) -> None:
    back = {"net": "-10000", "order": "b"}
    examples = [example("750", *BOTH), example("300", *BOTH, back)]  # 3 % of 25,000; 2 % of the 15,000 left
    await shown(client, rule({"slab": TIERED}, examples=examples))


@pytest.mark.row("IN-05")
async def test_rolling_total_interpolated_per_line_increment_and_bonus(client: Running) -> None:
    points = [{"at": "20000", "amount": "400"}, {"at": "30000", "amount": "1000"}]
    targets = [{"at": "20000", "amount": "500"}]
    await shown(
        client,
        rule({"rolling": TIERED}, examples=[example("1250", *BOTH)]),  # 1 % of 10,000, 2 % of 20,000, 3 % of 25,000
        rule({"total": TIERED}, examples=[example("1500", *BOTH)]),  # 6 % of 25,000
        rule({"per_line": TIERED}, examples=[example("500", *BOTH)]),  # each of them at 2 %
        rule({"interpolated": {"below": "nothing", "points": points}}, examples=[example("700", *BOTH)]),  # half way
        rule({"increment": {"step": "2000", "amount": "5"}}, examples=[example("60", *BOTH)]),  # 12 full steps
        rule({"bonus": {"boundary": "start", "adding": False, "targets": targets}}, examples=[example("500", *BOTH)]),
    )


@pytest.mark.row("IN-07")
async def test_a_quota_with_accelerator_decelerator_and_hurdle(client: Running) -> None:
    tiers = [{"start": "0", "until": "1", "rate": "0.01"}, {"start": "1", "rate": "0.04"}]
    pays = {"measure": "sales", "on": "slices", "prorated": False, "hurdle": "0.5", "boundary": "start", "tiers": tiers}
    year = [{"measure": "sales", "first": "2026-01-01", "last": "2026-12-31", "amount": "20000"}]
    examples = [example("400", *BOTH, quotas=year), example("0", {"net": "9999"}, quotas=year)]  # 200 + 4 % of 5,000; below half
    await shown(client, rule({"attainment": pays}, examples=examples))


@pytest.mark.row("IN-09")
async def test_volume_and_growth(client: Running) -> None:
    growth = {"baseline": "year_before", "least": "0.2", "boundary": "start", "newcomers": "nothing", "rate": "0.1"}
    lines = [{"net": "20000", "on": "2025-03-01"}, *BOTH]
    await shown(
        client,
        rule({"growth": growth | {"paid_on": "increment"}}, rule_id="more", examples=[example("500", *lines)]),  # 10 % of 5,000
        rule({"growth": growth | {"paid_on": "total"}}, rule_id="all", examples=[example("2500", *lines)]),
        rule({"slab": TIERED}, rule_id="volume", examples=[example("750", *lines)]),  # last year is no volume of this plan
    )


@pytest.mark.row("IN-10")
async def test_paid_on_time_nine_tenths_of_the_plan_and_what_is_beyond_it(client: Running) -> None:
    cycles = [{"days": 15, "factor": "1"}, {"days": 30, "factor": "0.8"}, {"days": 45, "factor": "0.5"}]
    days = [{"net": "1000", "days": days, "order": str(days)} for days in (15, 30, 45, 46)]
    one = {"boundary": "start", "tiers": [{"start": "0", "rate": "0.02"}]}
    parts = [
        {"name": "quarterly", "per": "quarter", "of": "all", "gate": "0.9", **one},
        {"name": "beyond", "per": "year", "of": "over_target", "gate": "1", **one},
    ]
    quotas = [{"measure": "sales", "first": "2026-01-01", "last": "2026-03-31", "amount": "20000"}]
    package = {"target": "sales", "contract": "contract", "components": parts}
    await shown(
        client,
        rule({"payment_cycle": {"rate": "0.02", "cycles": cycles}}, moment="paid", examples=[example("46", *days)]),  # 20 + 16 + 10
        rule(
            {"package": package},
            examples=[
                example("600", *BOTH, quotas=quotas),  # 2 % of 25,000, and of the 5,000 beyond
                example("360", {"net": "18000"}, quotas=quotas),  # exactly nine tenths
                example("0", {"net": "17999.99"}, quotas=quotas),
            ],
        ),
    )


@pytest.mark.row("IN-16")
async def test_a_bonus_for_each_deal_of_a_campaign(client: Running) -> None:
    pays = {"amount": "100", "least": "5000", "first": "2026-02-01", "last": "2026-02-28"}
    late = {"net": "9000", "order": "c", "on": "2026-03-01"}
    await shown(client, rule({"per_deal": pays}, examples=[example("200", *BOTH, late)]), payee="sales_rep")


@pytest.mark.row("IN-36")
async def test_the_order_of_the_rules_what_they_leave_and_which_exclude_each_other(client: Running) -> None:
    flat = {"flat": {"rate": "0.1"}}
    await shown(
        client,
        rule(flat, rule_id="first", examples=[example("2500", *BOTH)]),
        rule(flat, rule_id="second", less=["first"], examples=[example("2250", *BOTH)]),
        rule({"slab": TIERED}, rule_id="a", exclusive="volume", examples=[example("750", *BOTH)]),
        rule({"stepped": TIERED}, rule_id="b", exclusive="volume", examples=[example("0", *BOTH)]),
        exclusive="best",
    )
