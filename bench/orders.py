"""Placing an order of two lines over HTTP: our service, role api alone, beside what people write by hand, in turn on one server.

    python bench/orders.py [--rounds 3] [--seconds 4] [--connections 32 1] [--sides ours core noop]

Ours validates, decides, reserves stock of two SKUs out of 200, and appends durably; with sign-in, idempotency keys, limits, metrics and
the access log on. Afterwards every confirmed order is in the log once. The peers are in `peers/orders.py`.
"""

import asyncio
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import uvloop
from channel_events import Actor, Log, On
from channel_service.migrations import migrate
from channel_service.testing import issuer
from harness import app_role, asked, database, middle, postgres, ratio
from load import Load, load, request
from orders_inventory.app import SERVICE
from orders_inventory.domain.product import PRODUCT, DefineProduct
from orders_inventory.domain.stock import STOCK, ReceiveStock
from orders_inventory.domain.warehouse import WAREHOUSE, DefineWarehouse
from orders_inventory.views.partner_copy import PARTNERS
from peers.tables import TABLES
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres
from results import record
from rich.progress import Progress

SKUS = [f"SKU-{number:03}" for number in range(200)]
UNITS = 1_000_000_000
HERE = Path(__file__).parent
SIDES = ("ours", "core", "noop")


async def prepare(server: Postgres) -> None:
    """Both sides' databases."""
    await prepare_ours(server)
    peer = await asyncpg.connect(await database(server, "peer", TABLES))
    await peer.execute("insert into partner values ('p1', 'active', 'CN-31')")
    await peer.executemany("insert into product values ($1, $1)", [(sku,) for sku in SKUS])
    await peer.executemany("insert into stock values ('sh', $1, $2)", [(sku, UNITS) for sku in SKUS])
    await peer.close()


async def prepare_ours(server: Postgres, name: str = "ours") -> str:
    """The DSN of a database of orders-inventory with a partner, a warehouse, products and their stock, for a service that runs as `app`."""
    dsn = await database(server, name)
    await app_role(server)
    await migrate(SERVICE, dsn, "app")
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"insert into {PARTNERS.partner.sql.name} values ('p1', 'retailer', 'chain', 'active')")
    await connection.execute(f"insert into {PARTNERS.place.sql.name} values ('p1', '2026-01-01', 'CN-31')")
    await connection.close()
    log = await Log.open(service=SERVICE.name, dsn=dsn, deciders=SERVICE.deciders, timezone="UTC")
    by = Actor("bench")
    await log.execute(On(WAREHOUSE, DefineWarehouse(warehouse="sh", name="Shanghai")), by=by)
    for sku in SKUS:
        await log.execute(On(PRODUCT, DefineProduct(sku=sku, name=sku)), by=by)
        await log.execute(On(STOCK, ReceiveStock(warehouse="sh", sku=sku, quantity=UNITS)), by=by)
    await log.close()
    return dsn


@contextmanager
def serving(command: list[str], environment: dict[str, str], port: int, ready: str, log: Path) -> Iterator[int]:
    with log.open("w") as said:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd=HERE)
        try:
            _until_ready(f"http://127.0.0.1:{port}{ready}", process, log)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} is not ready:\n{log.read_text()[-2000:]}")


@contextmanager
def service(module: str, dsn: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of one of our services, role api alone, as it runs in production."""
    port, who = free_port(), issuer()
    environment = {
        "QUDAO_DATABASE_URL": dsn,
        "QUDAO_PORT": str(port),
        "QUDAO_AUTH_ISSUER": who.issuer,
        "QUDAO_AUTH_AUDIENCE": who.audience,
        "QUDAO_AUTH_JWKS": str(who.jwks),
        "QUDAO_RATE_STAFF": "100000/1000000",
        "QUDAO_RATE_SOURCE": "100000/1000000",
        "QUDAO_SECRETS_KEY": base64.b64encode(bytes(32)).decode(),
    }
    command = [sys.executable, "-m", module, "--role", "api"]
    with serving(command, environment, port, "/health/live", folder / f"{module}.log") as pid:
        yield port, pid


@contextmanager
def side(name: str, server: Postgres, folder: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of one side; the log of each is in ``folder``."""
    if name == "ours":
        with service("orders_inventory", server.dsn("ours", "app"), folder) as one:
            yield one
        return
    port, who = free_port(), issuer()
    command = [sys.executable, "-m", "uvicorn", "peers.orders:app", "--port", str(port), "--loop", "uvloop", "--no-access-log"]
    database = server.dsn("peer").replace("postgresql://", "postgresql+asyncpg://")
    environment = {"PEER": name, "PEER_DATABASE": database, "PEER_ISSUER": who.issuer, "PEER_JWKS": str(who.jwks)}
    with serving(command, environment, port, "/health", folder / f"{name}.log") as pid:
        yield port, pid


def orders(token: str, source: str = "bench") -> Iterator[bytes]:
    chance, run = random.Random(7), f"{time.time_ns():x}"
    for number in count():
        lines = [{"sku": sku, "quantity": 2, "unit_price": "12.50"} for sku in chance.sample(SKUS, 2)]
        order = {"external_id": f"{run}-{number}", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "lines": lines}
        body = json.dumps({"source": source, "on": "2026-11-01", **order}).encode()
        yield request("POST", "/v1/orders", token, body, **{"idempotency-key": f"{run}-{number}"})


def _said(folder: Path) -> str:
    return "\n".join(log.read_text()[-2000:] for log in folder.glob("*.log"))


async def confirmed_once(server: Postgres, confirmed: int) -> None:
    connection = await asyncpg.connect(server.dsn("ours"))
    orders = await connection.fetchval("select count(*) from event where type = 'order_placed'")
    distinct = await connection.fetchval("select count(distinct stream) from event where type = 'order_placed'")
    await connection.close()
    if not orders == distinct >= confirmed:
        raise SystemExit(f"{confirmed} confirmed orders, {orders} in the log, {distinct} of them distinct")


def main() -> None:
    given = asked(__doc__, rounds=3, seconds=4.0, connections=(32, 1), sides=SIDES)
    found: dict[tuple[int, str], list[Load]] = {(many, name): [] for many in given.connections for name in given.sides}
    token = issuer().token("ops")
    with (
        tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder,
        postgres(Path(folder)) as server,
        Progress(transient=True) as progress,
    ):
        uvloop.run(prepare(server))
        bar = progress.add_task("orders", total=given.rounds * len(found))
        for _ in range(given.rounds):
            for name in given.sides:
                with side(name, server, Path(folder)) as (port, pid):
                    made = orders(token)
                    for many in given.connections:
                        one = uvloop.run(load(port, pid, made.__next__, connections=many, seconds=given.seconds))
                        if set(one.statuses) != {201}:
                            raise SystemExit(f"{name} answered {dict(one.statuses)}:\n{_said(Path(folder))}")
                        found[many, name].append(one)
                        progress.advance(bar)
        asyncio.run(confirmed_once(server, sum(one.statuses[201] for (_, name), runs in found.items() if name == "ours" for one in runs)))
    for (many, name), rounds in found.items():
        mine = found.get((many, "ours"), rounds)
        record(
            f"order over HTTP, {many} connections: {name}",
            f"{middle(rounds, lambda one: one.rate):,.0f}/s, {middle(rounds, lambda one: one.cpu):.2f} ms of CPU each",
            f"p50 {middle(rounds, lambda one: one.p50):.1f} ms, p99 {middle(rounds, lambda one: one.p99):.1f} ms",
            f"ours is {ratio((one.rate for one in mine), (one.rate for one in rounds)):.2f}x",
            "lost 0",
        )


if __name__ == "__main__":
    main()
