"""One SKU that everybody wants: 64 clients reserve single units of it until none is left, at the library, beside the same by
`SELECT ... FOR UPDATE` and a commit per request.

    python bench/hot.py [--rounds 3] [--units 40000] [--peer 4000] [--clients 64]

Afterwards as many units are promised as were there, by as many events, on both sides: none is oversold, none forgotten.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import uvloop
from append import Run
from channel_events import Actor, Log, On, Rejected
from channel_events.schema import LOG, SUBSCRIPTIONS
from harness import Spent, asked, database, middle, postgres, ratio
from orders_inventory.domain.stock import STOCK, ReceiveStock, Reserve, Units
from peers.hot import TABLES, take
from qudao_local.postgres import Postgres
from results import record

BY, DAY = Actor("bench"), date(2026, 1, 6)


async def ours(server: Postgres, clients: int, units: int) -> Run:
    dsn = await database(server, "ours", LOG + SUBSCRIPTIONS)
    log = await Log.open(service="orders-inventory", dsn=dsn, deciders=[STOCK], timezone="Asia/Shanghai")
    await log.execute(On(STOCK, ReceiveStock(warehouse="main", sku="HOT", quantity=units)), by=BY)

    async def client(number: int) -> None:
        turn = 0
        while True:
            turn += 1
            wanted = Reserve(warehouse="main", order_id=f"{number}-{turn}", lines=(Units("HOT", 1),), on=DAY)
            try:
                await log.execute(On(STOCK, "main", wanted), by=BY)
            except Rejected:
                return

    run = await _race(client, clients, units)
    await log.close()
    await _all_sold(dsn, "select count(distinct data->>'order_id') from event where type = 'stock_reserved'", units)
    return run


async def theirs(server: Postgres, clients: int, units: int) -> Run:
    dsn = await database(server, "peer", TABLES)
    pool = await asyncpg.create_pool(dsn, min_size=clients, max_size=clients)
    await pool.execute("insert into stock values ('main', 'HOT', $1)", units)

    async def client(number: int) -> None:
        turn = 0
        while await take(pool, f"{number}-{turn}"):
            turn += 1

    run = await _race(client, clients, units)
    await pool.close()
    await _all_sold(dsn, "select count(distinct order_id) from reservation", units)
    await _all_sold(dsn, "select reserved from stock", units)
    return run


async def _race(client: Callable[[int], Awaitable[None]], clients: int, units: int) -> Run:
    spent = Spent()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return Run(units / spent.elapsed, spent.cpu / units * 1e6)


async def _all_sold(dsn: str, query: str, units: int) -> None:
    connection = await asyncpg.connect(dsn)
    found = await connection.fetchval(query)
    await connection.close()
    if found != units:
        raise SystemExit(f"of {units} units {found} were promised")


def main() -> None:
    given = asked(__doc__, rounds=3, units=40_000, peer=4_000, clients=64)
    mine, peers = [], []
    with postgres() as server:
        for _ in range(given.rounds):
            peers.append(uvloop.run(theirs(server, given.clients, given.peer)))
            mine.append(uvloop.run(ours(server, given.clients, given.units)))
    record(
        f"one SKU, {given.clients} clients at the library",
        f"{middle(mine, lambda run: run.rate):,.0f} reservations/s, {middle(mine, lambda run: run.cpu):.0f} us of CPU each",
        f"select for update {middle(peers, lambda run: run.rate):,.0f}/s, {middle(peers, lambda run: run.cpu):.0f} us",
        f"{ratio((run.rate for run in mine), (run.rate for run in peers)):.1f}x",
        "none oversold, lost 0",
    )


if __name__ == "__main__":
    main()
