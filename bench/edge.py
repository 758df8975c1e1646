"""What a request costs in orders-inventory (role api alone) beside a FastAPI that does nothing, on the same machine in the same run.

    python bench/edge.py [--seconds 4] [--rounds 3] [--connections 16]

Rows: an order of two lines placed, one read by its id, /health/live; with token, key, limits, metrics and access log on. Beside them a
FastAPI application with one route, and the same with the order's body as a pydantic model. Figures are medians of the rounds; CPU is that
of the server's process, per request, which does not change with the load of others.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import httpx
import uvloop
from channel_service.migrations import migrate
from channel_service.testing import auth_settings, bearer
from orders_inventory.app import SERVICE
from orders_inventory.views.partner_copy import PARTNERS
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres

PEER = """
from fastapi import FastAPI
from pydantic import BaseModel
import sys, uvicorn
app = FastAPI()
class Line(BaseModel):
    sku: str
    quantity: int
    unit_price: str
class Order(BaseModel):
    source: str | None = None
    external_id: str
    partner_id: str
    currency: str
    warehouse: str
    on: str
    lines: list[Line]
@app.get("/noop")
async def noop() -> dict[str, str]:
    return {"status": "live"}
@app.post("/noop")
async def body(order: Order) -> dict[str, str]:
    return {"id": order.external_id}
uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", log_config=None, access_log=False)
"""
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def load(port: int, request: Callable[[], bytes], connections: int, seconds: float) -> list[float]:
    """Sends on every connection one request after the other; the times of those that were answered 2xx. Others end it."""
    until, times = time.perf_counter() + seconds, list[float]()

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < until:
            writer.write(request())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            assert head[9:10] == b"2", head + body
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return times


def get(path: str, headers: dict[str, str]) -> bytes:
    said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{said}\r\n".encode()


def post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    said = {**headers, "content-type": "application/json", "content-length": str(len(body))}
    return get(path, said).replace(b"GET", b"POST", 1) + body


@contextmanager
def server(arguments: list[str], port: int, path: str, environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{port}{path}").is_success:
                    break
            except httpx.TransportError:
                assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def prepare(dsn: str) -> None:
    await migrate(SERVICE, dsn, "postgres")
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"insert into {PARTNERS.partner.sql.name} values ('p1', 'retailer', 'chain', 'active')")
    await connection.execute(f"insert into {PARTNERS.place.sql.name} values ('p1', '2026-01-01', 'CN-31')")
    await connection.close()


def order(number: int) -> bytes:
    lines = [{"sku": sku, "quantity": 1, "unit_price": "9.90"} for sku in ("A", "B")]
    said = {"external_id": f"o{number}", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "on": "2026-05-01", "lines": lines}
    return json.dumps(said).encode()


def stocked(url: str) -> str:
    """A warehouse with more than the run takes, and an order to read; its path."""
    with httpx.Client(base_url=url, headers=bearer()) as client:
        client.put("/v1/warehouses/sh", json={"name": "Shanghai"}).raise_for_status()
        for sku in "AB":
            client.put(f"/v1/products/{sku}", json={"name": sku}).raise_for_status()
            received = {"warehouse": "sh", "sku": sku, "quantity": 1_000_000, "on": "2026-04-01"}
            client.post("/v1/stock-receipts", json=received).raise_for_status()
        placed = client.post("/v1/orders", content=order(0), headers={"content-type": "application/json"})
        placed.raise_for_status()
        return placed.headers["location"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = Postgres(folder / "pg", free_port())
        postgres.start()
        stack.callback(postgres.stop)
        postgres.run("create role postgres_scoped nologin")
        asyncio.run(prepare(postgres.dsn()))
        (folder / "peer.py").write_text(PEER)
        ours, theirs = free_port(), free_port()
        given = {"database_url": postgres.dsn(), "port": str(ours), "role": "api", "secrets_key": "A" * 43 + "=", **auth_settings()}
        given |= {"rate_staff": "100000/1000000"}
        environment = {f"QUDAO_{name.upper()}": value for name, value in given.items()}
        us = stack.enter_context(server(["-m", "orders_inventory"], ours, "/health/ready", environment))
        peer = stack.enter_context(server([str(folder / "peer.py"), str(theirs)], theirs, "/noop", {}))
        path, numbers = stocked(f"http://127.0.0.1:{ours}"), count(1)
        token, read = bearer(), get(path, bearer())
        rows: dict[str, tuple[int, int, Callable[[], bytes]]] = {
            "POST /v1/orders": (us, ours, lambda: post("/v1/orders", token | {"idempotency-key": f"k{(n := next(numbers))}"}, order(n))),
            "GET /v1/orders/{id}": (us, ours, lambda: read),
            "GET /health/live": (us, ours, lambda: get("/health/live", {})),
            "no-op": (peer, theirs, lambda: get("/noop", {})),
            "no-op with the order's body": (peer, theirs, lambda: post("/noop", {}, order(next(numbers)))),
        }
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in rows}
        for _ in range(asked.rounds):
            for name, (pid, port, request) in rows.items():
                before = cpu(pid)
                times = uvloop.run(load(port, request, asked.connections, asked.seconds))
                figures = len(times) / asked.seconds, (cpu(pid) - before) / len(times) * 1e6, statistics.median(times) * 1e3
                found[name].append(figures)
        for name, rounds in found.items():
            rate, used, p50 = (statistics.median(one) for one in zip(*rounds, strict=True))
            print(f"{name:28} {rate:8,.0f}/s  {used:7,.0f} us of CPU  p50 {p50:6.2f} ms")


if __name__ == "__main__":
    main()
