"""Metrics catching up with a topic of orders, exactly once into PostgreSQL: the view of sales alone, then all views of the service in one
process; beside aiokafka's getmany reading the same topic and doing nothing with it.

    python bench/fold.py [--rounds 3] [--events 100000]

Afterwards the facts are as many as the orders have lines.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import channel_events.broker
import uvloop
from append import Run
from channel_events import View
from channel_events.subscription import ViewSubscription, use_serving
from channel_events.tasks import end  # import-rule: what a worker does
from channel_service.migrations import migrate
from harness import Spent, asked, broker, database, middle, postgres, ratio, scoped, until
from metrics.app import CATALOGUE
from metrics.app import SERVICE as METRICS
from peers.topics import raw
from qudao_local.broker import Broker
from qudao_local.postgres import Postgres
from results import record
from rich.progress import track
from topics import SERVICE, TOPIC, log_of, relaying

SALES = [view for view in CATALOGUE.counting if view.name == "sales"]


async def metrics(server: Postgres) -> str:
    """The DSN of a database of the metrics, empty."""
    dsn = await database(server, "metrics")
    await migrate(METRICS, dsn, "postgres")
    return dsn


def following(dsn: str, one: Broker, views: Sequence[View]) -> list[ViewSubscription]:
    sources = [(view, source) for view in views for source in view.sources if source.name == SERVICE]
    return [
        ViewSubscription(view, source, dsn=dsn, broker=channel_events.broker.Broker(one.bootstrap), service=METRICS.name)
        for view, source in sources
    ]


async def caught_up(dsn: str, one: Broker, views: Sequence[View], events: int) -> Run:
    subscriptions = following(dsn, one, views)
    spent = Spent()
    tasks = [asyncio.create_task(subscription.run()) for subscription in subscriptions]
    await until(lambda: all(subscription.caught_up() for subscription in subscriptions))
    run = Run(events / spent.elapsed, spent.cpu / events * 1e6)
    await end(*tasks)
    return run


async def counted(dsn: str, events: int) -> None:
    connection = await asyncpg.connect(dsn)
    await use_serving(connection, session=True)
    fact, rollup, _ = (table.sql.name for table in SALES[0].tables)
    row: Any = await connection.fetchrow(f"select count(*), count(distinct order_id) from {fact}")
    sums = await connection.fetchval(f"select sum(orders) from {rollup}")
    await connection.close()
    if (*row, sums) != (2 * events, events, events):
        raise SystemExit(f"{events} orders of two lines make {row[0]} facts of {row[1]} orders, sums of {sums}")


async def measure(server: Postgres, one: Broker, rounds: int, events: int) -> tuple[list[Run], list[Run], list[float]]:
    await scoped(server)
    alone: list[Run] = []
    together: list[Run] = []
    limit: list[float] = []
    async with relaying(await log_of(server, events), one):
        pass
    for _ in track(range(rounds), "fold", transient=True):
        limit.append(await raw(one.bootstrap, TOPIC, events))
        for views, found in ((SALES, alone), (CATALOGUE.views, together)):
            dsn = await metrics(server)
            found.append(await caught_up(dsn, one, views, events))
            await counted(dsn, events)
    return alone, together, limit


def main() -> None:
    given = asked(__doc__, rounds=3, events=100_000)
    with postgres() as server, broker() as one:
        alone, together, limit = uvloop.run(measure(server, one, given.rounds, given.events))
    for what, runs in {"the view of sales": alone, "all views of metrics in one process": together}.items():
        record(
            f"fold while catching up, {what}",
            f"{middle(runs, lambda run: run.rate):,.0f} events/s, {middle(runs, lambda run: run.cpu):.1f} us of CPU each",
            f"getmany alone {middle(limit, float):,.0f}/s",
            f"{ratio((run.rate for run in runs), limit):.2f}x getmany",
            f"{given.events:,} orders of two lines, lost 0",
        )


if __name__ == "__main__":
    main()
