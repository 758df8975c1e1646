"""An order of one service redeems a promotion of another, and its cancellation rolls it back."""

from typing import Any

from qudao_local.stack import Stack

from .platform import Platform


def test_an_order_redeems_a_promotion_and_its_cancellation_rolls_it_back(platform: Platform, stack: Stack) -> None:
    platform.partner("p-1")
    days = {"first": "2026-01-01", "last": "2030-12-31", "currency": "CNY"}
    said = {"title": "Bells", "effect": {"percent": "0.1"}, "funding": [{"payer": "brand", "share": "1"}], "when": "sku == 'bell'"}
    platform.put("incentives", "/v1/promotions/bells", days | said | {"budgets": [{"uses": 1}]})
    with Platform(stack.urls, stack.token("finance")) as finance:
        finance.post("incentives", "/v1/promotions/bells/start", {})
    platform.until(lambda: platform.get("incentives", "/v1/promotions")["items"][0]["status"] == "running")
    platform.until(lambda: platform.order(lines=[("bell", 3, "1.00")], partner="p-1", external_id="o-1").is_success)

    def rows() -> list[dict[str, Any]]:
        return list(platform.get("incentives", "/v1/redemptions")["items"])

    platform.until(lambda: len(rows()) == 1)
    assert [(one["order_id"], one["amount"], one["rolled_back"]) for one in rows()] == [("direct:o-1", "0.30", "0")]
    platform.until(lambda: platform.order(lines=[("bell", 1, "1.00")], partner="p-1", external_id="o-2").is_success)
    platform.until(lambda: len(rows()) == 2)
    assert rows()[1]["reason"] == "budget_exhausted"
    platform.post("orders-inventory", "/v1/orders/direct:o-1/cancel", {"reason": "out of season"})
    platform.until(lambda: rows()[0]["rolled_back"] == "0.30")
    assert platform.get("incentives", "/v1/promotions/bells")["budgets"][0]["used"] == 0
