"""Reading over HTTP, role api alone: an order by its id, a page of fifty of ten thousand, and that the process lives; beside a FastAPI
route that does nothing but verify the same token.

    python bench/reads.py [--rounds 3] [--seconds 4] [--connections 16]
"""

import json
import tempfile
import urllib.request
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

import asyncpg
import uvloop
from channel_service.testing import issuer
from harness import asked, middle, postgres, ratio
from load import Load, load, request
from orders import SKUS, prepare, side
from orders_inventory.views.orders import TABLE
from qudao_local.postgres import Postgres
from results import record
from rich.progress import track

LISTED = 10_000
ORDER = {"source": "bench", "external_id": "1", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "on": "2026-11-01"}
LINES = [{"sku": sku, "quantity": 2, "unit_price": "12.50"} for sku in SKUS[:2]]


async def listed(server: Postgres) -> None:
    """Rows of the list as its view would have them: the role api folds none."""
    columns = (
        "order_id, source, external_id, partner_id, channel_type, territory, currency, warehouse, placed_on, lines, gross, discount, units"
    )
    values = "'bench:' || n, 'bench', n::text, 'p1', 'retailer', 'CN-31', 'CNY', 'sh', date '2026-01-01' + n % 300, 2, 50, 0, 4"
    connection = await asyncpg.connect(server.dsn("ours"))
    await connection.execute(
        f"insert into {TABLE.sql.name} ({columns}, imported, flagged) select {values}, false, false from generate_series(2, {LISTED}) n"
    )
    await connection.execute(f"analyze {TABLE.sql.name}")
    await connection.close()


def placed(port: int, token: str) -> None:
    body = json.dumps({**ORDER, "lines": LINES}).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/v1/orders", body, headers)):
        pass


def main() -> None:
    given = asked(__doc__, rounds=3, seconds=4.0, connections=16)
    token = issuer().token("ops")
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder, postgres(Path(folder)) as server, ExitStack() as stack:
        uvloop.run(prepare(server))
        uvloop.run(listed(server))
        ours = stack.enter_context(side("ours", server, Path(folder)))
        peer = stack.enter_context(side("noop", server, Path(folder)))
        placed(ours[0], token)
        rows: dict[str, tuple[tuple[int, int], bytes]] = {
            "GET an order by its id": (ours, request("GET", "/v1/orders/bench:1", token)),
            "GET a page of 50 orders": (ours, request("GET", "/v1/orders", token)),
            "GET /health/live": (ours, request("GET", "/health/live", token)),
            "no-op": (peer, request("GET", "/v1/noop", token)),
        }
        found: dict[str, list[Load]] = {name: [] for name in rows}
        for _ in track(range(given.rounds), "reads", transient=True):
            for name, ((port, pid), one) in rows.items():
                found[name].append(uvloop.run(load(port, pid, repeat(one).__next__, connections=given.connections, seconds=given.seconds)))
                if set(found[name][-1].statuses) != {200}:
                    raise SystemExit(f"{name} answered {dict(found[name][-1].statuses)}")
    for name, rounds in found.items():
        record(
            f"{name}, {given.connections} connections",
            f"{middle(rounds, lambda one: one.rate):,.0f}/s, {middle(rounds, lambda one: one.cpu):.2f} ms of CPU each",
            f"p50 {middle(rounds, lambda one: one.p50):.1f} ms",
            f"{ratio((one.rate for one in rounds), (one.rate for one in found['no-op'])):.2f}x no-op",
        )


if __name__ == "__main__":
    main()
