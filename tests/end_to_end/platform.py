"""A small client of the running platform, for tests to say what they mean."""

import itertools
import time
from collections.abc import Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

PATIENCE = 30.0
DAY = "2026-03-02"


class Platform:
    """``post``, ``put`` and ``get`` take the service's name and a path; they expect success unless told otherwise."""

    def __init__(self, urls: Mapping[str, str], token: str) -> None:
        self.urls = urls
        self.http = httpx.Client(
            headers={"authorization": f"Bearer {token}"}, timeout=30, trust_env=False, limits=httpx.Limits(max_connections=100)
        )
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.http.close()

    def prepare(self) -> None:
        self.put("partner-registry", "/v1/territories/east", {"name": "East"})
        self.partner("p1")
        self.put("orders-inventory", "/v1/warehouses/main", {"name": "Main"})
        for sku in ("bike", "bell"):
            self.put("orders-inventory", f"/v1/products/{sku}", {"name": sku.title(), "category": "things", "on": "2026-01-01"})
            self.receive(sku, 10_000)
        self.until(lambda: self.order(lines=[("bike", 1, "1.00"), ("bell", 1, "1.00")], external_id="ready").is_success)
        # What is compared with later: read only when the view of the stock has seen all of the above.
        self.until(lambda: all(self.stock(sku) == {"on_hand": 10_000, "reserved": 1} for sku in ("bike", "bell")))

    def partner(self, partner_id: str, channel_type: str = "retailer", segment: str = "shop") -> None:
        """An active one."""
        body = {"partner_id": partner_id, "name": partner_id, "channel_type": channel_type, "segment": segment, "territory": "east"}
        self.post("partner-registry", "/v1/partners", {**body, "on": "2026-01-01"})
        for step in ("approve", "activate"):
            self.post("partner-registry", f"/v1/partners/{partner_id}/{step}", {"on": "2026-01-01"})

    def receive(self, sku: str, quantity: int) -> None:
        body = {"warehouse": "main", "sku": sku, "quantity": quantity, "reference": f"r{next(self._numbers)}", "on": "2026-01-01"}
        self.post("orders-inventory", "/v1/stock-receipts", body)

    def order(
        self,
        *,
        lines: list[tuple[str, int, str]],
        partner: str = "p1",
        external_id: str | None = None,
        source: str = "direct",
        on: str = DAY,
        url: str | None = None,
        **other: Any,
    ) -> httpx.Response:
        """Places an order; lines are (sku, quantity, unit price). The answer, whatever it is."""
        body: dict[str, Any] = {
            "external_id": external_id or f"t{next(self._numbers)}",
            "source": source,
            "partner_id": partner,
            "currency": "CNY",
            "warehouse": "main",
            "on": on,
            "lines": [{"sku": sku, "quantity": quantity, "unit_price": price} for sku, quantity, price in lines],
            **other,
        }
        return self.http.post(f"{url or self.urls['orders-inventory']}/v1/orders", json=body)

    def placed(self, **order: Any) -> str:
        """The id of an order that had to be placed."""
        answer = self.order(**order)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def stock(self, sku: str) -> dict[str, int]:
        """As the list shows it; zeros before it has heard of the SKU."""
        items = self.get("orders-inventory", "/v1/stock", warehouse="main", sku=sku)["items"]
        return {name: items[0][name] if items else 0 for name in ("on_hand", "reserved")}

    def kpi(self, name: str, **asked: Any) -> Decimal:
        """The exact value of everything asked for; 0 when there is nothing, or nothing to divide by, the ratio when it is one."""
        values = self.get("metrics", f"/v1/kpis/{name}", **asked)["values"]
        assert len(values) <= 1, values
        return Decimal(values[0]["exact"] or values[0]["value"] or 0) if values else Decimal(0)

    def post(self, service: str, path: str, body: Any, status: int | None = None) -> Any:
        return self._expect(self.http.post(self.urls[service] + path, json=body), status)

    def put(self, service: str, path: str, body: Any) -> Any:
        return self._expect(self.http.put(self.urls[service] + path, json=body), None)

    def get(self, service: str, path: str, **asked: Any) -> Any:
        return self._expect(self.http.get(self.urls[service] + path, params=asked), None)

    @staticmethod
    def _expect(answer: httpx.Response, status: int | None) -> Any:
        assert answer.status_code == status if status else answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()

    @staticmethod
    def until(true: Any, seconds: float = PATIENCE) -> None:
        """Waits for what another service has to hear of first."""
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit, "it did not become true in time"
            time.sleep(0.05)
