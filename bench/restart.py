"""The first order after a restart, on a warehouse whose stream has a million stock movements.

    python bench/restart.py [--movements 1000000] [--skus 5000]

A process that has never seen the stream has to read it, or a snapshot and what followed: once with no snapshot there, then again by
processes that find the one that the first left. Timed are from opening the log to the answer of the first reservation, and over HTTP
the first order of a service that has just said it is ready.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import asyncpg
import uvloop
from channel_events import Actor, Log, On
from channel_events.schema import LOG, SUBSCRIPTIONS
from channel_service.testing import issuer
from orders import orders, prepare, side
from orders_inventory.domain.stock import STOCK, Reserve, Units
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from results import record

ANN = Actor("ann")
FILL = """
with filled as (
  insert into event (position, id, stream, version, type, data, recorded_at, recorded_on, actor)
  select g, gen_random_uuid(), 'stock/main', g, 'stock_received',
         ('{"warehouse":"main","sku":"SKU-' || g % $2 || '","quantity":3,"reference":null,"occurred_on":"2026-01-05"}')::json,
         now(), current_date, 'past'
    from generate_series(1, $1::integer) g
  returning position, id)
update log_head set (position, mark) = (select position, id from filled order by position desc limit 1)
"""


async def first_order(dsn: str, sku: str) -> float:
    """Seconds from nothing to the answer."""
    began = time.perf_counter()
    log = await Log.open(service="orders-inventory", dsn=dsn, deciders=[STOCK], timezone="Asia/Shanghai")
    order = Reserve(warehouse="main", order_id=f"shop:{began}", lines=(Units(sku, 1),), on=date(2026, 1, 6))
    await log.execute(On(STOCK, "main", order), by=ANN)
    took = time.perf_counter() - began
    connection = await asyncpg.connect(dsn)
    for _ in range(100):  # the snapshot is written behind the answer
        if await connection.fetchval("select count(*) from snapshot"):
            break
        await asyncio.sleep(0.1)
    await connection.close()
    await log.close()
    return took


async def measure(dsn: str, movements: int, skus: int) -> Iterable[float]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(LOG + SUBSCRIPTIONS)
    await connection.execute(FILL.replace("$1", str(movements)).replace("$2", str(skus)))
    await connection.execute("analyze event")
    await connection.close()
    return [await first_order(dsn, "SKU-7") for _ in range(4)]


MORE = """
with head as (select position from log_head), last as (select max(version) as version from event where stream = 'stock/sh'), filled as (
  insert into event (position, id, stream, version, type, data, recorded_at, recorded_on, actor)
  select head.position + g, gen_random_uuid(), 'stock/sh', last.version + g, 'stock_received',
         ('{"warehouse":"sh","sku":"OLD-' || g % $2 || '","quantity":3,"reference":null,"occurred_on":"2026-01-05"}')::json,
         now(), current_date, 'past'
    from head, last, generate_series(1, $1::integer) g
  returning position, id)
update log_head set (position, mark) = (select position, id from filled order by position desc limit 1)
"""


async def grown(dsn: str, movements: int, skus: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("delete from snapshot")
    await connection.execute(MORE.replace("$1", str(movements)).replace("$2", str(skus)))
    await connection.execute("analyze event")
    await connection.close()


def over_http(server: Postgres, folder: Path, movements: int, skus: int) -> list[float]:
    """Seconds until the first order of a process that is ready; the first of them finds no snapshot."""
    uvloop.run(prepare(server))
    uvloop.run(grown(server.dsn("ours"), movements, skus))
    took, made = [], orders(issuer().token("ops"))
    for _ in range(4):
        with side("ours", server, folder) as (port, _pid):
            began = time.perf_counter()
            status = uvloop.run(first_answer(port, next(made)))
            took.append(time.perf_counter() - began)
            if status != 201:
                raise SystemExit(f"the first order was answered with {status}")
            time.sleep(3)  # the snapshot is written behind the answer
    return took


async def first_answer(port: int, request: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return int(head[9:12])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--movements", type=int, default=1_000_000)
    parser.add_argument("--skus", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "pg", free_port())
        server.start()
        try:
            log = list(uvloop.run(measure(server.dsn(), asked.movements, asked.skus)))
            http = over_http(server, Path(folder), asked.movements, asked.skus)
        finally:
            server.stop()
    for what, (cold, *later) in {"first reservation after opening the log": log, "first order over HTTP after a restart": http}.items():
        record(
            f"{what}, {asked.movements:,} movements",
            f"{max(later):.2f} s at most of {len(later)} with a snapshot",
            f"{cold:.2f} s without",
            f"{cold / max(later):.0f}x",
            f"{asked.skus:,} SKUs",
        )


if __name__ == "__main__":
    main()
