"""What reads, orders and imports cost the database, counted on the wire: seconds change from machine to machine, counts do not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channel_events import OwnLog
from channel_events.broker import Broker  # import-rule: what a worker does
from channel_events.subscription import Joint, ViewSubscription  # import-rule: what a worker does
from channel_events.tasks import end  # import-rule: what a worker does
from channel_service.testing import Running, fold, running
from orders_inventory.app import SERVICE
from orders_inventory.views.orders import ORDERS
from qudao_checks.wire import Counted, Wire

from .requests import done, imported, order, stocked
from .test_import import document

ONE = Counted(trips=1, statements=1, transactions=1)
SESSION = """
select (select count(*) from pg_settings where source = 'session' and name <> 'search_path')
     + (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid())
     + (select count(*) from pg_cursors where name <> '') + (select count(*) from pg_listening_channels())
"""


@pytest.fixture
async def wire(url: str) -> AsyncIterator[Wire]:
    async with Wire.to(url) as one:
        yield one


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[Running]:
    """With an order that its list shows."""
    async with running(SERVICE, database_url=wire.url) as one:
        await stocked(one, A=100_000)
        await done(one, "/v1/orders", order())
        await fold(wire.url, ORDERS, await one.runtime.log.read(after=0, limit=100))
        yield one


async def cost(client: Running, wire: Wire, path: str) -> Counted:
    """Of a read that is not the first of its kind: that one is prepared, and learns the search path."""
    for _ in range(2):
        wire.counted()
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
    return wire.counted()


@pytest.mark.parametrize("path", ["/v1/orders/shop:1001", "/v1/orders", "/v1/orders?partner_id=p1&limit=1", "/v1/events?limit=3"])
async def test_a_read_is_one_round_trip(client: Running, wire: Wire, path: str) -> None:
    assert await cost(client, wire, path) == ONE


async def test_a_page_without_rows_is_two_round_trips(client: Running, wire: Wire) -> None:
    assert await cost(client, wire, "/v1/orders?partner_id=p2") == Counted(trips=2, statements=2, transactions=2)


async def test_a_partners_page_is_one_transaction_of_four_round_trips(client: Running, wire: Wire) -> None:
    """It begins and learns what is served, learns what it may see, reads, and ends."""
    partner = client.as_("partner", partner_id="p1")
    assert await cost(partner, wire, "/v1/orders") == Counted(trips=4, statements=5, transactions=1)
    assert await cost(partner, wire, "/v1/orders/shop:1001") == ONE


@pytest.mark.parametrize("number", ["N{}", "n{}"])
async def test_an_order_is_three_round_trips(client: Running, wire: Wire, number: str) -> None:
    """What is known of its partner, the write, and the word to others that the log grew."""
    for n in range(5):
        wire.counted()
        await done(client, "/v1/orders", order(external_id=number.format(n)), **{"idempotency-key": f"k{n}"})
        assert max(wire.counted()) <= 3


async def test_many_orders_are_followed_by_all_views_in_a_few_statements_each(client: Running, wire: Wire) -> None:
    """Eight clients, and every view of the own log beside them. Measured are 0.8, of which the order itself has a part; 2.7 when each view
    follows alone."""
    log = client.runtime.log
    shared: dict[str, Any] = {"service": SERVICE.name, "dsn": wire.url, "broker": Broker("127.0.0.1:1"), "log": log, "joint": Joint(log)}
    own = [ViewSubscription(view, one, **shared) for view in SERVICE.views for one in view.sources if isinstance(one, OwnLog)]
    tasks = [asyncio.create_task(one.run()) for one in own]
    async with asyncio.timeout(30):
        while not all(one.caught_up() for one in own):  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.01)
        wire.counted()

        async def place(who: int) -> None:
            for n in range(40):
                await done(client, "/v1/orders", order(external_id=f"c{who}-{n}"), **{"idempotency-key": f"c{who}-{n}"})

        await asyncio.gather(*(place(who) for who in range(8)))
        while not all(one.caught_up() for one in own):  # noqa: ASYNC110 - told by nobody
            await asyncio.sleep(0.01)
    counted = wire.counted()
    await end(*tasks)
    assert len(own) >= 8
    assert counted.statements <= 1.5 * 320


async def test_an_import_writes_hundreds_of_lines_in_a_transaction(client: Running, wire: Wire) -> None:
    await imported(client, document("first"))
    wire.counted()
    _, summary = await imported(client, *(document(str(number)) for number in range(1000)))
    assert summary["accepted"] == summary["lines"] == 1000
    assert max(wire.counted()) <= 50


async def test_reads_leave_their_sessions_as_they_were(client: Running, wire: Wire) -> None:
    """So nothing resets them: that was a round trip for each read, too."""
    partner = client.as_("partner", partner_id="p1")
    for one in (client, partner):
        for path in ("/v1/orders/shop:1001", "/v1/orders", "/v1/events?stream=order/shop:1001", "/v1/exports/orders"):
            assert (await one.get(path)).status_code == 200
    runtime = client.runtime
    log = runtime.log._pool
    assert await log.fetchval(SESSION) == 0
    async with log.acquire() as left_open:
        await left_open.execute("begin; create temp table left_open ()")
    assert await log.fetchval("select to_regclass('left_open')") is None, "what is left open is rolled back"
    assert [row[0] for row in await runtime.reads.fetch(SESSION, ())] == [0]
