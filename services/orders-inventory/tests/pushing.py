"""What the tests push: bodies as WooCommerce sends them, signed, and variations of them."""

import base64
import copy
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channel_service.testing import Running
from orders_inventory.domain.source import SkuFallback, SkuRule, SourceSettings

from .requests import done

SETTINGS = SourceSettings(warehouse="sh", zone="Asia/Shanghai", partner_id="p1", sku_fallback=SkuFallback(SkuRule.PRODUCT_ID, "woo-"))
SECRETS_KEY = base64.b64encode(bytes(32)).decode()
"""Under which `channel_service.testing.running` seals."""
NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)
SHOP = {
    "platform": "woocommerce",
    "partner_id": "p1",
    "warehouse": "sh",
    "zone": "Asia/Shanghai",
    "sku_fallback": {"rule": "product_id", "sku": "woo-"},
}
ERP = {"platform": "cloudevents", "warehouse": "sh", "zone": "Asia/Shanghai"}

CREATED: dict[str, Any] = {
    "id": 727,
    "status": "processing",
    "currency": "USD",
    "date_created": "2017-03-22T16:28:02",
    "date_created_gmt": "2017-03-22T19:28:02",
    "date_modified_gmt": "2017-03-22T19:28:08",
    "date_paid_gmt": "2017-03-22T19:28:08",
    "date_completed_gmt": None,
    "customer_id": 0,
    "billing": {"first_name": "John", "email": "john.doe@example.com"},
    "line_items": [
        {"id": 315, "product_id": 93, "variation_id": 0, "quantity": 2, "sku": "", "subtotal": "6.00", "total": "6.00", "price": 3},
        {"id": 316, "product_id": 22, "variation_id": 23, "quantity": 1, "sku": "Bar3", "subtotal": "12.00", "total": "12.00", "price": 12},
    ],
    "refunds": [],
}
COMPLETED = {"status": "completed", "date_modified_gmt": "2017-03-22T19:30:35", "date_completed_gmt": "2017-03-22T19:30:35"}


def order(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(CREATED) | changes


def refund(*lines: tuple[int, int], id_: int = 726, of: int = 727, at: str = "2017-03-23T20:07:11") -> dict[str, Any]:
    """Of so many units of the order's lines."""
    items = [
        {
            "id": 900 + n,
            "quantity": -units,
            "product_id": 0,
            "total": "-1.00",
            "meta_data": [{"key": "_refunded_item_id", "value": str(line)}],
        }
        for n, (line, units) in enumerate(lines)
    ]
    up = [{"href": f"https://example.com/wp-json/wc/v3/orders/{of}"}]
    return {"id": id_, "date_created_gmt": at, "amount": "10.00", "reason": "", "line_items": items, "_links": {"up": up}}


def raw(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def woo_headers(secret: str, body: bytes, topic: str = "order.updated") -> dict[str, str]:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return {"content-type": "application/json", "x-wc-webhook-topic": topic, "x-wc-webhook-signature": signature}


def topic_of(body: Any) -> str:
    return "order.deleted" if set(body) == {"id"} else "order.refunded" if "amount" in body else "order.updated"


def event(type_: str, data: Any, *, id_: str = "e-1", **attributes: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": id_, "source": "/erp/100", "type": f"qudao.{type_}", "data": data} | attributes


def standard_headers(secret: str, body: bytes, *, id_: str = "msg-1", at: datetime | None = None) -> dict[str, str]:
    sent = str(int((at or datetime.now(UTC)).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, b".".join((id_.encode(), sent.encode(), body)), "sha256")).decode()
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": id_,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{signature}",
    }


class Source:
    """A source over HTTP that signs what it pushes."""

    def __init__(self, client: Any, name: str, secret: str, platform: str) -> None:
        self.client, self.name, self.secret, self.platform = client, name, secret, platform

    def headers(self, body: bytes, **how: Any) -> dict[str, str]:
        return (woo_headers if self.platform == "woocommerce" else standard_headers)(self.secret, body, **how)

    async def push(self, body: Any, **how: Any) -> Any:
        if self.platform == "woocommerce" and isinstance(body, dict):
            how.setdefault("topic", topic_of(body))
        content = raw(body)
        return await self.client.post(f"/v1/pushes/{self.name}", content=content, headers=self.headers(content, **how))

    async def kept(self, body: Any, **how: Any) -> str:
        """Pushes it, and the id under which it is kept."""
        answer = await self.push(body, **how)
        assert answer.status_code in (200, 202), answer.text
        return str(answer.json()["push"])


async def defined(client: Running, name: str = "shop", **settings: Any) -> Source:
    """A source with a secret; a shop of WooCommerce unless ``settings`` say otherwise."""
    body = (ERP if settings.get("platform") == "cloudevents" else SHOP) | settings
    await done(client, f"/v1/sources/{name}", body, method="PUT")
    answer = await done(client, f"/v1/sources/{name}/secrets")
    return Source(client, name, answer["secret"], body["platform"])


PAYLOADS = Path(os.environ.get("QUDAO_SHARED", "../shared")) / "data" / "payloads"
