"""The whole local stack with what orders need: a partner, a warehouse, products and their stock."""

import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from orders import SKUS, UNITS, orders
from qudao_local.services import SERVICES
from qudao_local.stack import Stack

ORDERS, METRICS, REGISTRY = "orders-inventory", "metrics", "partner-registry"
_SETTINGS = {"RATE_STAFF": "100000/1000000", "LOG_FORMAT": "json"}
_PARTNER = {"partner_id": "p1", "name": "P", "channel_type": "retailer", "territory": "CN-31", "on": "2026-01-01"}


class Whole:
    """A running stack with a brand admin's token."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.token = stack.token()
        self.load = psutil.Process()

    def port(self, service: str) -> int:
        return self.stack.ports[service]

    def get(self, service: str, path: str) -> Any:
        with urllib.request.urlopen(self._request(service, path), timeout=60) as answer:
            return json.load(answer)

    def send(self, service: str, path: str, documents: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> dict[str, int]:
        """Imports documents; their summary. Refusals end the programme."""
        body = b"".join(json.dumps(one).encode() + b"\n" for one in documents)
        request = self._request(service, path, body, {"content-type": "application/x-ndjson"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            said = [json.loads(line) for line in answer]
        summary: dict[str, int] = said[-1]["summary"]
        if summary.get("refused") or summary.get("stopped"):
            raise SystemExit(f"refused: {said[0]}, in all {summary}")
        return summary

    def counted(self, source: str, what: str = "orders") -> int:
        """What the metrics have counted of a source of orders."""
        items = self.get(METRICS, f"/v1/kpis/{what}?source={source}")["values"]
        return sum(int(one["value"] or 0) for one in items)

    def caught_up(self, source: str, wanted: int, seconds: float = 120) -> float:
        """Seconds until the metrics have counted them all; ends the programme when they do not, or count more."""
        began = time.perf_counter()
        while (there := self.counted(source)) != wanted:
            if there > wanted or time.perf_counter() - began > seconds:
                raise SystemExit(f"{wanted} orders were confirmed, the metrics count {there}")
            time.sleep(0.1)
        return time.perf_counter() - began

    def freshness(self, since: datetime) -> tuple[int, float, float]:
        """Events counted that were recorded since then; p50 and p99 in milliseconds from recorded to counted."""
        said = self.get(METRICS, f"/v1/freshness?since={since:%Y-%m-%dT%H:%M:%S.%fZ}")
        return said["count"], said["p50_ms"] or 0.0, said["p99_ms"] or 0.0

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that each part of the stack has used, descendants included."""
        used: dict[str, float] = {}
        for process in self.load.children(recursive=True):
            with suppress(psutil.Error):
                spent = process.cpu_times()
                used[self.name(process)] = used.get(self.name(process), 0) + spent.user + spent.system
        return used

    def name(self, process: psutil.Process) -> str:
        if process.pid == self.load.pid:
            return "launcher"
        known = {state.pid: state.name for state in self.stack.states()}
        return known.get(process.pid) or (process.name() if process.name() == "postgres" else "other")

    def _request(self, service: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> urllib.request.Request:
        head = {"authorization": f"Bearer {self.token}", **(headers or {})}
        return urllib.request.Request(self.stack.urls[service] + path, body, head)


@contextmanager
def whole() -> Iterator[Whole]:
    """A stack of its own on free ports, ready to take orders."""
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder:
        given = dict.fromkeys([*(kind.name for kind in SERVICES), "postgres", "broker"], 0)
        with Stack(Path(folder) / "stack", given=given, settings=_SETTINGS, say=lambda *_: None) as stack:
            one = Whole(stack)
            _prepare(one)
            yield one


def _prepare(one: Whole) -> None:
    day = _PARTNER["on"]
    partner = {"kind": "partner", **_PARTNER, "approved_on": day, "activated_on": day}
    one.send(REGISTRY, "/v1/imports/partners", [{"kind": "territory", "territory": "CN-31", "name": "Shanghai", "on": day}, partner])
    products = [{"kind": "product", "sku": sku, "name": sku, "on": day} for sku in SKUS]
    one.send(ORDERS, "/v1/imports/products", [{"kind": "warehouse", "warehouse": "sh", "name": "Shanghai"}, *products])
    stock = [{"kind": "receipt", "warehouse": "sh", "sku": sku, "quantity": UNITS, "reference": sku, "on": day} for sku in SKUS]
    one.send(ORDERS, "/v1/imports/stock", stock)
    probe = {"kind": "order", "source": "probe", "external_id": "1", "partner_id": "p1", "currency": "CNY", "warehouse": "sh"}
    probe |= {"on": "2026-11-01", "lines": [{"sku": SKUS[0], "quantity": 1, "unit_price": "1"}]}  # type: ignore[dict-item]
    for _ in range(600):  # until orders-inventory has heard of the partner
        with suppress(SystemExit):
            one.send(ORDERS, "/v1/imports/orders", [probe])
            one.caught_up("probe", 1)
            return
        time.sleep(0.1)
    raise SystemExit("the stack takes no orders")


_sources = count(1)


def made(one: Whole) -> tuple[str, Iterator[bytes]]:
    """Requests that place orders of a source of their own, and its name."""
    source = f"bench-{next(_sources)}"
    return source, orders(one.token, source)


def now() -> datetime:
    return datetime.now(UTC)
