"""The view of sales made again beside the one that is read, while orders go on coming in.

    python bench/rebuild.py [--events 150000] [--rate 50]

What is printed is how fast the events are folded again, and how long a new order took meanwhile from being recorded to being counted.
Afterwards both builds had the same rows: the facts are as many as all orders have lines.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import channel_events.broker
import uvloop
from append import Run
from channel_events.pure import Registry
from channel_events.tasks import end  # import-rule: what a worker does
from channel_operate import Where, rebuild
from filled import more
from fold import SALES, counted, following, metrics
from harness import Spent, asked, broker, postgres, scoped, until
from metrics.app import SERVICE as METRICS
from qudao_local.broker import Broker
from qudao_local.postgres import Postgres
from results import record
from topics import log_of, relaying


async def trickle(dsn: str, rate: float, stop: asyncio.Event) -> int:
    """Orders at an even pace until told to stop; how many."""
    connection = await asyncpg.connect(dsn)
    placed = 0
    while not stop.is_set():
        await more(connection, 1)
        placed += 1
        await asyncio.sleep(1 / rate)
    await connection.close()
    return placed


async def measure(server: Postgres, one: Broker, events: int, rate: float) -> tuple[Run, Any, int]:
    """The rebuild, the ages of the orders that came in and that the worker counted (about the switch the build counts some), and how
    many came in."""
    await scoped(server)
    orders, dsn = await log_of(server, events), await metrics(server)
    async with relaying(orders, one) as (relay, _):
        subscriptions = following(dsn, one, SALES)
        tasks = [asyncio.create_task(subscription.run()) for subscription in subscriptions]
        await until(lambda: all(subscription.caught_up() for subscription in subscriptions))
        since, stop = datetime.now(UTC), asyncio.Event()
        coming = asyncio.create_task(trickle(orders, rate, stop))
        where = Where(
            owner_dsn=dsn, role=None, service=METRICS.name, registry=Registry([]), broker=channel_events.broker.Broker(one.bootstrap)
        )
        spent = Spent()
        await rebuild(where, SALES[0])
        run = Run(events / spent.elapsed, spent.cpu / events * 1e6)
        stop.set()
        placed = await coming
        await until(lambda: relay.caught_up() and all(subscription.caught_up() for subscription in subscriptions))
        await asyncio.sleep(1)
        ages = subscriptions[0].recent.since(since)
        await end(*tasks)
    await counted(dsn, events + placed)
    if ages.p50 is None or ages.p99 is None:
        raise SystemExit(f"of {placed} orders that came in none was counted by the worker")
    return run, ages, placed


def main() -> None:
    given = asked(__doc__, events=150_000, rate=50.0)
    with postgres() as server, broker() as one:
        run, ages, placed = uvloop.run(measure(server, one, given.events, given.rate))
    record(
        "rebuild of the view of sales while orders come in",
        f"{run.rate:,.0f} events/s, switch included, {run.cpu:.1f} us of CPU each",
        f"meanwhile recorded to counted p50 {ages.p50 * 1e3:.0f} ms, p99 {ages.p99 * 1e3:.0f} ms of {ages.count}",
        f"{run.rate / 100_000:.2f}x of 100,000/s",
        f"{given.events:,} orders and {placed} that came in, lost 0",
    )


if __name__ == "__main__":
    main()
