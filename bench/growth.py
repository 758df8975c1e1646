"""What history costs: the same work on logs of a hundred thousand, a million and ten million events, in turn, three of everything.

    python bench/growth.py [--sizes 100000 1000000 10000000] [--rounds 3] [--seconds 2]

One event in ten places an order; the list of orders and the facts of sales (two an order) grow with the log. Each figure stands beside
that of the smallest log in the same round; 1.5 times the work is what a hundredfold history may cost.
"""

import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil
import uvloop
from append import ours as appending
from channel_events import Log
from channel_events.broker import Broker
from channel_events.subscription import ViewSubscription
from channel_events.tasks import end  # import-rule: what a worker does
from channel_service.testing import issuer
from facts import fill_facts
from filled import fill, more
from harness import Spent, asked, postgres, ratio, until
from kpi import metrics
from load import Load, load, request
from orders import orders, prepare_ours, service
from orders_inventory.app import SERVICE
from orders_inventory.views.orders import TABLE
from qudao_local.postgres import Postgres
from results import record
from rich.progress import Progress

ORDERS_IN, LINES = 10, 2
_FOLDED = 10_000
_LISTED = f"""
insert into {TABLE.sql.name} (order_id, source, external_id, partner_id, channel_type, territory, currency, warehouse, placed_on, imported,
  flagged, lines, gross, discount, units)
select substr(stream, 7), 'past', substr(stream, 12), data->>'partner_id', 'retailer', 'CN-31', 'CNY', 'sh', occurred_on, false,
       false, 2, 32.25, 0, 3
from event where type = 'order_placed' and actor = 'past'
"""
_AT_THE_END = """
insert into progress (subscription, source, partition, position, id) select $1, 'own', 0, position, mark from log_head
on conflict (subscription, source, partition) do update set position = excluded.position, id = excluded.id, revision = progress.revision + 1
"""
_LIST = next(view for view in SERVICE.views if TABLE in view.tables)


class Size(NamedTuple):
    """One history: the DSNs of its log and its facts, as their owner, and a few of its orders."""

    events: int
    log: str
    facts: str
    some: list[str]


async def history(server: Postgres, events: int) -> Size:
    dsn = await prepare_ours(server, f"log_{events}")
    await fill(dsn, events, every=ORDERS_IN)
    connection = await asyncpg.connect(dsn)
    await connection.execute(_LISTED)
    await connection.execute(f"vacuum analyze {TABLE.sql.name}")
    query = f"select order_id from {TABLE.sql.name} order by hashtext(order_id) limit 1000"
    some = [row["order_id"] for row in await connection.fetch(query)]
    await connection.close()
    facts = await metrics(server, f"facts_{events}")
    await fill_facts(facts, events // ORDERS_IN * LINES)
    return Size(events, dsn, facts, some)


async def folded(size: Size) -> float:
    """Microseconds an order that comes behind all that history, until the list of orders has it."""
    connection = await asyncpg.connect(size.log)
    await connection.execute(_AT_THE_END, _LIST.subscription)
    await more(connection, _FOLDED)
    await connection.close()
    log = await Log.open(service=SERVICE.name, dsn=size.log, deciders=SERVICE.deciders, timezone="UTC")
    (source,) = _LIST.sources
    one = ViewSubscription(_LIST, source, dsn=size.log, broker=Broker("127.0.0.1:1"), service=SERVICE.name, log=log)
    spent = Spent()
    task = asyncio.create_task(one.run())
    await until(one.caught_up)
    took = spent.elapsed
    await end(task)
    await log.close()
    return took / _FOLDED * 1e6


async def appended(size: Size, seconds: float) -> float:
    """Microseconds an event of sixteen writers at the library."""
    connection = await asyncpg.connect(size.log)
    before = await connection.fetchval("select position from log_head")
    run, confirmed = await appending(size.log, 16, seconds, f"{time.time_ns()}")
    if (there := await connection.fetchval("select position from log_head") - before) != confirmed:
        raise SystemExit(f"{confirmed} appends were confirmed, {there} are in the log")
    await connection.close()
    return 1e6 / run.rate


def over_http(size: Size, folder: Path, seconds: float) -> Iterator[tuple[str, float]]:
    """Milliseconds of a restart, of each kind of request, and the MiB that the process takes after all of it."""
    token, began = issuer().token("ops"), time.perf_counter()
    app = size.log.replace("//postgres", "//app")
    with service("orders_inventory", app, folder) as (port, pid):
        yield "restart to ready, its imports included, ms", (time.perf_counter() - began) * 1e3

        def asking(requests: Iterator[bytes], connections: int = 1) -> Load:
            return uvloop.run(load(port, pid, requests.__next__, connections=connections, seconds=seconds, warm=0.3))

        made = orders(token)
        first = uvloop.run(load(port, pid, made.__next__, connections=1, seconds=0.01, warm=0))
        yield "first order after it, ms", first.p50
        found = {
            "order over HTTP, 16 connections, ms": asking(made, 16),
            "GET an order by its id, ms": asking(cycle([request("GET", f"/v1/orders/{one}", token) for one in size.some])),
            "GET a page of 50 orders, ms": asking(cycle([request("GET", "/v1/orders", token)])),
        }
        for what, how in {"": first, **found}.items():
            if set(how.statuses) not in ({200}, {201}):
                raise SystemExit(f"{what} answered {dict(how.statuses)}")
        yield from ((what, how.p50) for what, how in found.items())
        yield "memory of orders-inventory, MiB", psutil.Process(pid).memory_info().rss / 2**20
    with service("metrics", size.facts.replace("//postgres", "//app"), folder) as (port, pid):
        token = issuer().token("brand_admin")
        yield "KPI of one partner by month, ms", asking(cycle([request("GET", "/v1/kpis/gross?group_by=month&partner=p007", token)])).p50
        yield "memory of metrics, MiB", psutil.Process(pid).memory_info().rss / 2**20


def measure(size: Size, folder: Path, seconds: float) -> dict[str, float]:
    at_the_library = {"append, 16 writers, us": uvloop.run(appended(size, seconds)), "fold of an order, us": uvloop.run(folded(size))}
    return at_the_library | dict(over_http(size, folder, seconds))


def main() -> None:
    given = asked(__doc__, sizes=(100_000, 1_000_000, 10_000_000), rounds=3, seconds=2.0)
    found: dict[str, dict[int, list[float]]] = defaultdict(lambda: {events: [] for events in given.sizes})
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qudao-bench-")))
        server, progress = stack.enter_context(postgres(folder)), stack.enter_context(Progress(transient=True))
        bar = progress.add_task("filling", total=len(given.sizes) * (1 + given.rounds))
        sizes = []
        for events in given.sizes:
            sizes.append(uvloop.run(history(server, events)))
            progress.advance(bar)
        progress.update(bar, description="measuring")
        for _ in range(given.rounds):
            for size in sizes:
                for what, figure in measure(size, folder, given.seconds).items():
                    found[what][size.events].append(figure)
                progress.advance(bar)
    for what, by_size in found.items():
        least, *others = by_size.values()
        ratios = [ratio(rounds, least) for rounds in others]
        record(
            f"history of {', '.join(f'{events:,}' for events in by_size)} events: {what}",
            ", ".join(f"{statistics.median(rounds):,.1f}" for rounds in by_size.values()),
            "the smallest of them",
            ", ".join(f"{one:.2f}x" for one in ratios),
            "wanted 1.50x at most",
        )


if __name__ == "__main__":
    main()
