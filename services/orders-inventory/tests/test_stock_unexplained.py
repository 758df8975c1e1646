"""The measure that stock is explained by its movements: nothing while all is well, and a count of what is not."""

import asyncio

import asyncpg
import pytest
from channel_service.testing import Running
from orders_inventory.views.stock import BALANCE_TABLE, MOVEMENT_TABLE, unexplained

from .requests import done, line, order, stocked
from .test_lists_over_http import until

BALANCE, MOVEMENT = BALANCE_TABLE.sql.name, MOVEMENT_TABLE.sql.name


async def counted(client: Running) -> int:
    async with client.runtime.reading_everything() as connection:
        return int(await connection.scalar(unexplained()) or 0)


@pytest.mark.parametrize(
    "spoil",
    [
        f"update {BALANCE} set on_hand = on_hand + 1 where sku = 'A'",
        f"update {BALANCE} set reserved = 0 where sku = 'A'",
        f"update {BALANCE} set received = received - 1 where sku = 'A'",
        f"delete from {BALANCE} where sku = 'A'",
        f"delete from {MOVEMENT} where sku = 'A' and reserved > 0",
        f"delete from {MOVEMENT} where sku = 'A'",
    ],
)
async def test_a_balance_that_its_movements_do_not_explain_is_counted(whole: Running, url: str, spoil: str) -> None:
    await stocked(whole, A=10, B=10)
    await done(whole, "/v1/orders", order(lines=[line(sku="A", quantity=3)]))
    await until(whole, 2, "/v1/stock")
    async with asyncio.timeout(20):
        while (await whole.get("/v1/stock", params={"sku": "A"})).json()["items"][0]["reserved"] != 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await counted(whole) == 0
    connection = await asyncpg.connect(url)
    await connection.execute(spoil)
    await connection.close()
    assert await counted(whole) == 1
