"""Many clients over two processes' worth of the service on one database."""

import asyncio
from collections import Counter

from channel_service.testing import running
from orders_inventory.app import SERVICE
from orders_inventory.domain.stock import STOCK

from .requests import line, order, stocked


async def test_64_clients_over_two_logs_reserve_the_last_10_units_once(url: str) -> None:
    async with running(SERVICE, database_url=url) as one, running(SERVICE, database_url=url) as other:
        await stocked(one)

        async def client(number: int) -> tuple[int, str | None]:
            body = order(external_id=str(number), lines=[line(quantity=1)])
            answer = await (one, other)[number % 2].post("/v1/orders", json=body)
            return answer.status_code, answer.json().get("code")

        answers = Counter(await asyncio.gather(*(client(n) for n in range(64))))
        assert answers == {(201, None): 10, (409, "stock_insufficient"): 54}
        for log in (one.runtime.log, other.runtime.log):
            item = (await log.state(STOCK, "sh"))["A"]
            assert (item.on_hand, item.reserved, item.available) == (10, 10, 0)
            assert len([e for e in await log.stream(STOCK, "sh") if e.type == "stock_reserved"]) == 10


async def test_one_order_sent_by_many_clients_at_once_is_placed_once(url: str) -> None:
    async with running(SERVICE, database_url=url) as one, running(SERVICE, database_url=url) as other:
        await stocked(one)
        answers = await asyncio.gather(*((one, other)[n % 2].post("/v1/orders", json=order()) for n in range(32)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 31}
        assert (await other.runtime.log.state(STOCK, "sh"))["A"].reserved == 2
