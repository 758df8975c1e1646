"""A service killed in the middle of an import: the file is sent again, and all adds up once."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from channel_service.testing import Running, auth_settings, bearer
from qudao_local.ports import free_port

from .requests import NDJSON, imported_file

ORDERS = 600
HEAD: list[dict[str, Any]] = [
    {"kind": "warehouse", "warehouse": "sh", "name": "Shanghai"},
    {"kind": "product", "sku": "A", "name": "Pen"},
    {"kind": "receipt", "warehouse": "sh", "sku": "A", "quantity": 2 * ORDERS, "reference": "open", "on": "2026-04-30"},
]
ORDER: dict[str, Any] = {"kind": "order", "source": "shop", "partner_id": "p1", "currency": "CNY", "warehouse": "sh", "on": "2026-05-01"}
ORDER |= {"lines": [{"sku": "A", "quantity": 1, "unit_price": "9.90"}], "history": {"confirmed_on": "2026-05-01"}}
FILE = b"".join(json.dumps(row).encode() + b"\n" for row in [*HEAD, *(ORDER | {"external_id": str(n)} for n in range(ORDERS))])


class Process:
    """The service as a process of its own."""

    def __init__(self, url: str, log: Path) -> None:
        self.address, self.log = f"http://127.0.0.1:{(port := free_port())}", log
        given = {"DATABASE_URL": url, "PORT": str(port), "ROLE": "api", "DURABLE": "false"}
        given |= {"SECRETS_KEY": base64.b64encode(bytes(32)).decode(), **{name.upper(): value for name, value in auth_settings().items()}}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUDAO_")}
        with log.open("ab") as out:
            command = [sys.executable, "-m", "orders_inventory"]
            env = kept | {f"QUDAO_{name}": value for name, value in given.items()}
            self.process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
        until = time.monotonic() + 150
        while not self._ready():
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def import_(self, file: Iterable[bytes]) -> None:
        """httpx.TransportError when the answer breaks off."""
        httpx.post(f"{self.address}/v1/imports/orders", content=file, headers={**NDJSON, **bearer()}, timeout=150)


async def test_a_killed_import_is_sent_again_and_adds_up(url: str, client: Running, tmp_path: Path) -> None:
    connection = await asyncpg.connect(url)
    first, killed = Process(url, tmp_path / "log"), threading.Event()

    def file() -> Iterator[bytes]:
        half = len(FILE) // 2
        yield FILE[:half]
        killed.wait(150)
        yield FILE[half:]

    async def written() -> int:
        return int(await connection.fetchval("select count(*) from event where type = 'order_placed'"))

    try:
        importing = asyncio.create_task(asyncio.to_thread(first.import_, file()))
        while not await written():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    finally:
        first.kill()
        killed.set()
    with pytest.raises(httpx.TransportError):
        await importing
    there = await written()
    assert 0 < there < ORDERS

    rows, summary = await imported_file(client, FILE, NDJSON)
    assert {row["result"] for row in rows} == {"repeated"}
    assert (summary["refused"], summary["accepted"] + summary["repeated"], summary["rows"]) == (0, ORDERS + 3, ORDERS + 3)
    assert summary["repeated"] >= there
    counted = {row["type"]: row["n"] for row in await connection.fetch("select type, count(*) n from event group by type")}
    expected = {"order_placed": ORDERS, "stock_reserved": ORDERS, "order_confirmed": ORDERS, "stock_received": 1}
    assert {name: counted[name] for name in expected} == expected
    await connection.close()
