"""Two processes over one database tell the same, and a client that changes between them misses nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

from channel_events import Recorded

from .examples import MONDAY, placed
from .examples import told as event
from .live import Event, Stream, follow, told
from .processes import Process

ASKED: dict[str, Any] = {"kpi": ["gross", "orders", "fill_rate"], "by": ["", "channel_type", "day,partner"]}


def order(position: int) -> Recorded:
    channel_type = ["agent", "retailer"][position % 2]
    data = placed(order_id=f"direct:{position}", partner_id=f"p-{position % 7}", channel_type=channel_type)
    return event(data, position, MONDAY, partition=position % 3)


async def feed(url: str, first: int, last: int) -> None:
    """Orders one by one, so that they come in many frames."""
    for position in range(first, last + 1):
        await told(url, [order(position)])
        await asyncio.sleep(0.03)


async def until_orders(stream: Stream, orders: int) -> list[Event]:
    return [one for one in await stream.changes("orders", str(orders)) if one.name]


async def test_two_processes_send_the_same(api: Callable[[], Process], metrics_url: str) -> None:
    one, other = api(), api()
    async with follow(one.url, **ASKED) as first, follow(other.url, **ASKED) as second:
        begin = await first.next(), await second.next()
        assert [event.name for event in begin] == ["snapshot", "snapshot"]
        await feed(metrics_url, 1, 40)
        told_by_one, told_by_other = await until_orders(first, 40), await until_orders(second, 40)
    assert len(told_by_one) > 5
    assert told_by_one == told_by_other
    async with follow(one.url, **ASKED) as first, follow(other.url, **ASKED) as second:
        assert await first.next() == await second.next()


async def test_a_client_goes_on_at_another_process_without_a_gap_or_a_repeat(api: Callable[[], Process], metrics_url: str) -> None:
    one, witness = api(), api()
    async with follow(witness.url, **ASKED) as all_of_it:
        await all_of_it.next()
        async with follow(one.url, **ASKED) as stream:
            await stream.next()
            await feed(metrics_url, 1, 10)
            seen = await until_orders(stream, 10)
            one.kill()
        await feed(metrics_url, 11, 20)
        again = api()
        feeding = asyncio.create_task(feed(metrics_url, 21, 30))
        async with follow(again.url, after=seen[-1].id, **ASKED) as stream:
            seen += await until_orders(stream, 30)
        await feeding
        assert seen == await until_orders(all_of_it, 30)


async def test_a_process_that_is_told_to_end_ends_its_streams_and_does_not_wait_for_them(api: Callable[[], Process]) -> None:
    process = api()
    async with follow(process.url, kpi="orders") as stream:
        await stream.next()
        process.process.terminate()
        assert (await stream.next()).data == {"reason": "closing"}
    assert await asyncio.to_thread(process.process.wait, 15) == 0
