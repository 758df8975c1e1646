"""A file of orders as NDJSON over HTTP into the whole stack, until every KPI has counted it.

python bench/imports.py [--orders 20000] [--lines 3]
"""

import json
import random
from collections.abc import Iterator
from typing import Any

from harness import Spent, asked
from orders import SKUS
from results import record
from stack import ORDERS, whole


def documents(orders: int, lines: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(3)
    shared = {"kind": "order", "source": "file", "partner_id": "p1", "currency": "CNY", "warehouse": "sh"}
    for number in range(orders):
        bought = [{"sku": sku, "quantity": 2, "unit_price": "12.50"} for sku in chance.sample(SKUS, lines)]
        yield {**shared, "external_id": str(number), "on": f"2026-{1 + number * 10 // orders:02}-15", "lines": bought}


def main() -> None:
    given = asked(__doc__, orders=20_000, lines=3)
    rows = list(documents(given.orders, given.lines))
    with whole() as one:
        before, spent = one.cpu(), Spent()
        summary = one.send(ORDERS, "/v1/imports/orders", rows)
        answered = spent.elapsed
        one.caught_up("file", given.orders)
        elapsed = spent.elapsed
        used = sum(one.cpu().values()) - sum(before.values())
        again = Spent()
        repeated = one.send(ORDERS, "/v1/imports/orders", rows)
        if (summary["accepted"], repeated["repeated"]) != (given.orders, given.orders):
            raise SystemExit(f"{summary}, and the same again {repeated}")
        one.caught_up("file", given.orders)
        twice = given.orders * given.lines / again.elapsed
    lines = given.orders * given.lines
    record(
        "import of an own file over HTTP, whole stack",
        f"{lines / elapsed:,.0f} order lines/s until counted, {used / lines * 1e6:.0f} us of CPU a line in all parts",
        f"answered at {lines / answered:,.0f} lines/s; the same file again {twice:,.0f} lines/s; {_size(rows) / 2**20:.0f} MiB",
        f"{lines / elapsed / 10_000:.2f}x of 10,000/s",
        f"{lines:,} lines, lost 0, none twice",
    )


def _size(rows: list[dict[str, Any]]) -> int:
    return sum(len(json.dumps(row)) + 1 for row in rows)


if __name__ == "__main__":
    main()
