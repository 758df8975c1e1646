"""Pushes of a shop, each signed over its raw body and kept durably before anything of it is read, role api alone; beside a FastAPI route
with a pydantic body that stores nothing.

    python bench/push.py [--rounds 3] [--seconds 4] [--connections 32]

Afterwards every push that was answered is in the log once.
"""

import asyncio
import base64
import hmac
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from channel_service.testing import issuer
from harness import asked, middle, postgres, ratio
from load import Load, load, request
from orders import orders, prepare, side
from results import record
from rich.progress import track

_SHOP = {"platform": "woocommerce", "partner_id": "p1", "warehouse": "sh", "zone": "Asia/Shanghai"}
_ITEM = {"variation_id": 0, "quantity": 2, "subtotal": "25.00", "total": "25.00", "price": 12.5}
_ORDER: dict[str, Any] = {
    "status": "processing",
    "currency": "CNY",
    "date_created_gmt": "2026-11-01T08:00:00",
    "date_modified_gmt": "2026-11-01T08:00:05",
    "date_paid_gmt": "2026-11-01T08:00:05",
    "date_completed_gmt": None,
    "billing": {"first_name": "Li", "email": "li@example.com"},
    "line_items": [{"id": 1, "product_id": 1, "sku": "SKU-001", **_ITEM}, {"id": 2, "product_id": 2, "sku": "SKU-002", **_ITEM}],
    "refunds": [],
}


def shop(port: int) -> str:
    """A source named shop; its secret."""
    said: dict[str, Any] = {}
    token = issuer().token("brand_admin")
    for method, path, body in (("PUT", "/v1/sources/shop", _SHOP), ("POST", "/v1/sources/shop/secrets", {})):
        head = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": f"{time.time_ns()}"}
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head, method=method)) as answer:
            said = json.load(answer)
    return str(said["secret"])


def pushes(secret: str) -> Iterator[bytes]:
    for number in count(time.time_ns() // 1000):
        body = json.dumps({"id": number, **_ORDER}).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
        signed = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": signature}
        yield request("POST", "/v1/pushes/shop", "", body, **signed)


async def kept_once(dsn: str, answered: int) -> None:
    connection = await asyncpg.connect(dsn)
    query = "select count(*), count(distinct stream) from event where type = 'push_received'"
    row: Any = await connection.fetchrow(query)
    kept, distinct = row
    await connection.close()
    if not kept == distinct >= answered:
        raise SystemExit(f"{answered} pushes were answered, {kept} kept, {distinct} of them distinct")


def main() -> None:
    given = asked(__doc__, rounds=3, seconds=4.0, connections=32)
    mine: list[Load] = []
    noop: list[Load] = []
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder, postgres(Path(folder)) as server, ExitStack() as stack:
        uvloop.run(prepare(server))
        ours = stack.enter_context(side("ours", server, Path(folder)))
        peer = stack.enter_context(side("noop", server, Path(folder)))
        ways = ((ours, pushes(shop(ours[0])), mine, 202), (peer, orders(issuer().token("ops")), noop, 201))
        for _ in track(range(given.rounds), "push", transient=True):
            for (port, pid), made, found, wanted in ways:
                found.append(uvloop.run(load(port, pid, made.__next__, connections=given.connections, seconds=given.seconds)))
                if set(found[-1].statuses) != {wanted}:
                    raise SystemExit(f"answered {dict(found[-1].statuses)}")
        asyncio.run(kept_once(server.dsn("ours"), sum(one.statuses[202] for one in mine)))
    record(
        f"push, signed, {given.connections} connections",
        f"{middle(mine, lambda one: one.rate):,.0f}/s, {middle(mine, lambda one: one.cpu):.2f} ms of CPU each, "
        f"p50 {middle(mine, lambda one: one.p50):.1f} ms",
        f"no-op with a body {middle(noop, lambda one: one.rate):,.0f}/s, {middle(noop, lambda one: one.cpu):.2f} ms",
        f"{ratio((one.rate for one in mine), (one.rate for one in noop)):.2f}x no-op",
        "lost 0",
    )


if __name__ == "__main__":
    main()
