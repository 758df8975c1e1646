"""What other services have to say the same of: all orders up to a day, and their value before discounts, by currency."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_service.testing import Running
from orders_inventory.views.reconciled import gross, orders

from .requests import done, line, order, stocked
from .test_lists_over_http import until


async def told(client: Running, query: sa.Select[Any]) -> dict[str, Any]:
    async with client.runtime.reading_everything() as read:
        return {row[0]: row[1] for row in await read.execute(query)}


async def test_orders_are_told_up_to_a_day_whatever_became_of_them(whole: Running) -> None:
    await stocked(whole, A=10)
    for day, currency, price in (("2026-03-01", "CNY", "10.50"), ("2026-03-02", "CNY", "1"), ("2026-03-02", "USD", "3")):
        placed = order(lines=[line(sku="A", quantity=2, unit_price=price)], on=day, currency=currency, external_id=f"{day}{currency}")
        answer = await done(whole, "/v1/orders", placed)
    await done(whole, f"/v1/orders/{answer['id']}/cancel", {"reason": "no"})
    await until(whole, 3, "/v1/orders")
    assert await told(whole, orders(date(2026, 2, 28))) == {"": 0}
    assert (await told(whole, orders(date(2026, 3, 1))), await told(whole, gross(date(2026, 3, 1)))) == ({"": 1}, {"CNY": 21})
    assert (await told(whole, orders(date(2026, 3, 2))), await told(whole, gross(date(2026, 3, 2)))) == ({"": 3}, {"CNY": 23, "USD": 6})
