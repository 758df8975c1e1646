"""Every view of metrics, made again while orders come in, ends equal to what its events come to."""

import asyncio
from collections.abc import Sequence
from typing import Any

from channel_events import Broker
from channel_events.pure import Registry
from channel_operate import Verified, Where, rebuild, verify
from channel_service.testing import Running, running
from metrics.app import CATALOGUE, SERVICE

from .examples import hierarchy, products, sales
from .publishing import publish, rows_of

BEFORE, MEANWHILE = 10_000, 1_000


async def reached(client: Running, rows: Sequence[dict[str, Any]]) -> None:
    """Returns when all views of orders-inventory are where these rows end."""
    tails = ",".join(f"{p}:{position}" for p, position in {row["partition"]: row["position"] for row in rows}.items())
    for _ in range(20):
        answer = await client.get("/v1/kpis/orders", params={"wait_for": f"{rows[-1]['position']};{tails}"})
        if answer.status_code != 503:
            break
    assert answer.status_code == 200, answer.text


async def test_every_view_rebuilt_while_orders_come_in_ends_equal(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    made = sales(seed=4, orders=BEFORE + MEANWHILE)
    cut = next(n for n, event in enumerate(made) if event.data.order_id == f"shop:{BEFORE}")
    first = rows_of([*products(), *made[:cut]])
    rest = rows_of([*products(), *made], [])[len(first) :]
    await publish(kafka, topic_prefix, "orders-inventory", first, slices=4)
    partners = rows_of(hierarchy())
    await publish(kafka, topic_prefix, "partner-registry", partners)
    where = Where(owner_dsn=metrics_url, role=None, service="metrics", registry=Registry([]), broker=Broker(kafka, prefix=topic_prefix))
    async with running(SERVICE, database_url=metrics_url, kafka=kafka, topic_prefix=topic_prefix) as client:
        await reached(client, first)
        began = asyncio.Event()

        async def go_on() -> None:
            await began.wait()
            await publish(kafka, topic_prefix, "orders-inventory", rest, slices=20)

        flowing = asyncio.create_task(go_on())
        for view in CATALOGUE.views:
            assert (await rebuild(where, view, told=lambda _: began.set())).build == 1
        await flowing
        await reached(client, rest)
        found = {view.name: await verify(where, view) for view in CATALOGUE.views}
    for name, one in found.items():
        check(one, empty=name == "incentives")
    facts = next(table for table in found["sales"].tables if table.table == "sales_fact")
    assert facts.rows == sum(len(event.data.lines) for event in made if event.type != "delivery_confirmed")
    assert set(facts.serving) == {"0", "1", "2"}, "a checksum for each partition"


def check(found: Verified, *, empty: bool) -> None:
    assert found.equal, [one.differences[:3] for one in found.tables]
    for table in found.tables:
        assert (table.rows == 0) is empty
        assert table.serving == table.rebuilt
