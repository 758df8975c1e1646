"""Why a line earns nothing, where others than its seller are credited with it, or nobody is."""

from typing import Any

import pytest
from channel_service.testing import Running, fold
from incentives.contracts import orders_inventory as told
from incentives.views.movements import MOVEMENTS

from .plans import document, go, rule
from .test_credits_over_http import FLAT, finance, later, put, seen
from .test_earnings_over_http import happened
from .test_explaining import approved, reasons

__all__ = ["finance"]


async def said(client: Running, line: str = "shop:1/1") -> list[tuple[Any, ...]]:
    return [(one["rule_id"], one["payee_id"], one["why"]) for one in await reasons(client, line)]


@pytest.mark.row("IN-39")
async def test_who_is_credited_instead_of_the_seller_is_told_and_that_nobody_is(finance: Running) -> None:
    abroad = happened(told.OrderPlaced, "shop:9", "2026-03-01", 10, currency="USD")
    await fold(finance.runtime.settings.database_url, MOVEMENTS, later(abroad))
    rules = [
        rule(FLAT, rule_id="direct", moment="ordered"),
        rule(FLAT, rule_id="area", credit="territory", moment="ordered"),
        rule({"override": {"rates": ["0.02"]}}, credit="above", moment="ordered"),
    ]
    await go(finance, document(*rules, foreign="exchanged"))
    await approved(finance, 1)
    assert await said(finance) == [
        ("direct", "p-1", "not_posted"),
        ("area", "p-1", "nobody"),
        ("override", "p-0", "not_posted"),
        ("override", "p-1", "others"),
    ]
    assert [one["en"] for one in await reasons(finance) if one["why"] == "nobody"] == [
        "nobody is responsible for the territory in which it was sold"
    ]
    assert ("direct", "p-1", "no_rate") in await said(finance, "shop:9/1")
    await put(finance, "responsibilities/partner/CN/p-9", first="2026-01-01")
    await seen(finance, "splits", await put(finance, "splits/partner/shop:1", shares=[{"payee_id": "p-2", "share": "1"}]))
    assert await said(finance) == [
        ("direct", "p-2", "not_posted"),
        ("direct", "p-1", "others"),
        ("area", "p-9", "not_posted"),
        ("area", "p-1", "others"),
        ("override", "p-0", "not_posted"),
        ("override", "p-1", "others"),
    ]
    # A partner is told of itself, and not who has it instead.
    assert await said(finance.as_("partner", partner_id="p-1")) == [(name, "p-1", "others") for name in ("direct", "area", "override")]
