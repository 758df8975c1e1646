"""What the tests send over HTTP."""

import json
from typing import Any, TypeAlias

from channel_service.testing import Running

NDJSON = {"content-type": "application/x-ndjson"}
CSV = {"content-type": "text/csv"}
Told: TypeAlias = tuple[list[dict[str, Any]], dict[str, Any]]
"""The rows of an import's answer, and its summary."""


def line(**changes: Any) -> dict[str, Any]:
    return {"sku": "A", "quantity": 2, "unit_price": "9.90"} | changes


def order(**changes: Any) -> dict[str, Any]:
    body = {"source": "shop", "external_id": "1001", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "on": "2026-05-01"}
    return body | {"lines": [line()]} | changes


async def done(client: Running, path: str, body: dict[str, Any] | None = None, *, method: str = "POST", **headers: str) -> dict[str, Any]:
    answer = await client.request(method, path, json=body, headers=headers)
    assert answer.is_success, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def stocked(client: Running, **units: int) -> None:
    """The warehouse sh with these products and so many of each; 10 of A, 5 of B when none are named."""
    await done(client, "/v1/warehouses/sh", {"name": "Shanghai"}, method="PUT")
    for sku, quantity in (units or {"A": 10, "B": 5}).items():
        await done(client, f"/v1/products/{sku}", {"name": f"Product {sku}"}, method="PUT")
        await done(client, "/v1/stock-receipts", {"warehouse": "sh", "sku": sku, "quantity": quantity, "on": "2026-04-01"})


async def head(client: Running) -> int:
    return await client.runtime.log.head()


async def imported(client: Running, *documents: Any, what: str = "orders", dry_run: bool = False) -> Told:
    """Sends documents (or raw rows, as bytes) as NDJSON: the rows answered, and the summary."""
    body = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in documents)
    return await imported_file(client, body, NDJSON, what=what, dry_run=dry_run)


async def imported_file(client: Running, body: Any, headers: dict[str, str], *, what: str = "orders", dry_run: bool = False) -> Told:
    answer = await client.post(f"/v1/imports/{what}", params={"dry_run": dry_run}, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = [json.loads(one) for one in answer.text.splitlines()]
    assert "summary" in rows[-1]
    return [row for row in rows[:-1] if "progress" not in row], rows[-1]["summary"]
