"""WooCommerce webhooks (REST API v3): orders created, updated, deleted and restored, refunds, and the ping.

What decides is the signed body, never a header: the topic is not signed, so it can only contradict the body, and then the push
is parked. An order's taxes, shipping and fees are not part of it here: a line is worth its ``total``, after discounts and
without tax; ``subtotal`` less ``total`` is its discount.
"""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from channel_events.pure import Rejected
from channel_terms import MAX_QUANTITY
from msgspec import Raw, Struct, field

from orders_inventory.connectors.connector import Connector, Delivery
from orders_inventory.connectors.meaning import Meaning, MoneyBack, Nothing, OrderGone, Refund, Stage, WholeOrder
from orders_inventory.connectors.reading import NULL, business_date, moment, money, named_once, parsed, store_moment, unit_price
from orders_inventory.connectors.signing import from_base64, signer
from orders_inventory.domain.order import NewLine, Wanted
from orders_inventory.domain.source import SkuRule, SourceSettings

SIGNATURE, TOPIC, DELIVERY = "x-wc-webhook-signature", "x-wc-webhook-topic", "x-wc-webhook-delivery-id"
KEPT = (TOPIC, "x-wc-webhook-source", "x-wc-webhook-id", DELIVERY, "content-type")
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_REFUND_OF = re.compile(r"/orders/([0-9]{1,20})(?:/|$)")

NOT_ORDERED = ("pending", "failed", "auto-draft", "checkout-draft", "draft", "new")
"""Not paid and not promised: an order begins with the first other status. A failed payment is often followed by a good one."""
STAGES = dict.fromkeys(NOT_ORDERED, Stage.NOT_ORDERED) | {
    "on-hold": Stage.PLACED,
    "processing": Stage.CONFIRMED,
    "completed": Stage.DELIVERED,
    "cancelled": Stage.CANCELLED,
    "trash": Stage.CANCELLED,
    "refunded": Stage.TAKEN_BACK,
}


class Meta(Struct, frozen=True):
    key: str = ""
    value: Any = None


class Item(Struct, frozen=True):
    id: int
    quantity: int | float
    """Plugins for parts of units write ``2.0``."""
    product_id: int = 0
    variation_id: int = 0
    sku: str | None = None
    subtotal: Raw = NULL
    total: Raw = NULL
    meta_data: list[Meta] = []


class OrderBody(Struct, frozen=True):
    id: int
    status: str
    currency: str
    line_items: list[Item]
    date_created: str | None = None
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    date_modified: str | None = None
    date_paid_gmt: str | None = None
    date_completed_gmt: str | None = None


class Link(Struct, frozen=True):
    href: str


class Links(Struct, frozen=True):
    up: list[Link] = []


class Gone(Struct, frozen=True):
    id: int


class Charge(Struct, frozen=True):
    """Shipping or a fee, which is no part of an order here."""

    total: Raw = NULL
    total_tax: Raw = NULL


class RefundBody(Struct, frozen=True):
    id: int
    amount: Raw
    line_items: list[Item]
    shipping_lines: list[Charge] = []
    fee_lines: list[Charge] = []
    date_created_gmt: str | None = None
    date_created: str | None = None
    links: Links = field(default_factory=Links, name="_links")


def signed_by(delivery: Delivery, secrets: Sequence[str], _: datetime) -> int | None:
    signature = from_base64(delivery.headers.get(SIGNATURE, ""))
    return None if signature is None else signer([signature], [secret.encode() for secret in secrets], delivery.body)


def is_ping(delivery: Delivery) -> bool:
    """What a new webhook sends first: a form without a signature."""
    return SIGNATURE not in delivery.headers and _PING.fullmatch(delivery.body) is not None


def identify(delivery: Delivery) -> str:
    """The content itself: delivery ids are not signed, and WooCommerce gives the same content a new one when it is sent again."""
    topic = delivery.headers.get(TOPIC, "")
    return sha256(topic.encode(errors="replace") + b"\n" + delivery.body).hexdigest()[:40]


def interpret(delivery: Delivery, source: SourceSettings, received_at: datetime) -> Meaning:
    topic = delivery.headers.get(TOPIC, "")
    if topic and not topic.startswith(("order.", "refund.")):
        return Nothing("topic_not_used")
    fields = parsed(delivery.body, dict[str, Raw], check=named_once).keys()
    if "amount" in fields and "status" not in fields:
        return _refund(parsed(delivery.body, RefundBody), source)
    if fields == {"id"}:
        _agrees(topic, "order.deleted")
        gone = parsed(delivery.body, Gone)
        # It tells no time. What was modified later than it came is a restored order; what was modified before is an older content.
        on, version = business_date(received_at, source.zone, "received_at"), _version(received_at, 9, b"")
        return OrderGone(entity=_entity(gone.id), version=version, external_id=str(gone.id), on=on)
    _agrees(topic, "order.created", "order.updated", "order.restored")
    return _order(parsed(delivery.body, OrderBody), delivery.body, source)


def _agrees(topic: str, *topics: str) -> None:
    if topic and topic not in topics:
        raise Rejected("topic_disagrees", topic=topic)


def _entity(order_id: int) -> str:
    return f"order:{order_id}"


def _order(order: OrderBody, body: bytes, source: SourceSettings) -> Meaning:
    stage = STAGES.get(order.status)
    if stage is None:
        raise Rejected("status_unknown", status=order.status)
    created = _created(order.date_created_gmt, order.date_created, source)
    modified = moment(order.date_modified_gmt, "date_modified_gmt") or store_moment(order.date_modified, source.zone, "date_modified")
    if modified is None:
        raise Rejected("time_invalid", field="date_modified_gmt")
    paid, completed = moment(order.date_paid_gmt, "date_paid_gmt"), moment(order.date_completed_gmt, "date_completed_gmt")
    placed_on = business_date(created, source.zone, "date_created_gmt")
    return WholeOrder(
        entity=_entity(order.id),
        version=_version(modified, stage, body),
        external_id=str(order.id),
        placed_on=placed_on,
        stage=stage,
        was_delivered=stage is Stage.DELIVERED or completed is not None,
        # Carts that nobody paid are cancelled by the shop after a while.
        was_ordered=not stage.dead or paid is not None or completed is not None,
        confirmed_on=max(placed_on, business_date(paid or created, source.zone, "date_paid_gmt")),
        delivered_on=max(placed_on, business_date(completed or modified, source.zone, "date_completed_gmt")),
        ended_on=max(placed_on, business_date(modified, source.zone, "date_modified_gmt")),
        currency=order.currency,
        lines=tuple(_line(item, source) for item in order.line_items if item.quantity),
    )


def _created(gmt: str | None, local: str | None, source: SourceSettings) -> datetime:
    at = moment(gmt, "date_created_gmt") or store_moment(local, source.zone, "date_created")
    if at is None:
        raise Rejected("time_invalid", field="date_created_gmt")
    return at


def _version(modified: datetime, stage: int, body: bytes) -> str:
    """Times have whole seconds there: of two contents of one second the one further on is newer, then the hash decides."""
    return f"{modified.isoformat(timespec='microseconds')}/{stage:d}/{sha256(body).hexdigest()[:16]}"


def _line(item: Item, source: SourceSettings) -> NewLine:
    quantity = _quantity(item)
    if quantity < 1:
        raise Rejected("quantity_invalid", quantity=quantity, most=MAX_QUANTITY, line_id=str(item.id))
    subtotal, total = money(item.subtotal, "line_items.subtotal"), money(item.total, "line_items.total")
    price = unit_price(subtotal, quantity)
    discount = price * quantity - total
    return NewLine(sku=_sku(item, source), quantity=quantity, unit_price=price, line_id=str(item.id), discount=discount)


def _quantity(item: Item) -> int:
    if int(item.quantity) != item.quantity:
        raise Rejected("push_unreadable", problem="a quantity is no whole number of units")
    return int(item.quantity)


def _sku(item: Item, source: SourceSettings) -> str:
    if item.sku:
        return item.sku
    if source.sku_fallback.rule is SkuRule.FIXED:
        return source.sku_fallback.sku
    if source.sku_fallback.rule is SkuRule.PRODUCT_ID:
        return f"{source.sku_fallback.sku}{item.variation_id or item.product_id}"
    raise Rejected("sku_missing", line_id=str(item.id), product_id=str(item.product_id))


def _refund(refund: RefundBody, source: SourceSettings) -> Meaning:
    entity = f"refund:{refund.id}"
    found = _REFUND_OF.search(refund.links.up[0].href) if refund.links.up else None
    if found is None:
        raise Rejected("refund_of_nothing", refund=str(refund.id))
    lines = tuple(_units(item, source) for item in refund.line_items if item.quantity)
    money_back = _money_back(refund)
    if not lines and money_back is None:
        return Nothing("refund_of_other", entity)
    at = _created(refund.date_created_gmt, refund.date_created, source)
    return Refund(
        entity=entity,
        version=f"{refund.id}",
        external_id=found[1],
        number=f"refund-{refund.id}",
        on=business_date(at, source.zone, "date_created_gmt"),
        reason=f"refund {refund.id}",
        lines=lines,
        money=money_back,
        order_entity=f"order:{found[1]}",
        order_version=_version(at, 8, b""),
    )


def _money_back(refund: RefundBody) -> MoneyBack | None:
    """Of items without units what they say; of a refund without items all of it, but for shipping and fees."""
    if refund.line_items:
        paid = [(item, abs(money(item.total, "line_items.total"))) for item in refund.line_items if not item.quantity]
        paid = [(item, amount) for item, amount in paid if amount]
        total, about = sum((amount for _, amount in paid), Decimal(0)), _refunded(paid[0][0]) if len(paid) == 1 else None
    else:
        charges = [one for charge in (*refund.shipping_lines, *refund.fee_lines) for one in (charge.total, charge.total_tax)]
        others = sum((abs(money(one, "shipping_lines.total")) for one in charges if one != NULL), Decimal(0))
        total, about = abs(money(refund.amount, "amount")) - others, None
    return MoneyBack(total, about) if total > 0 else None


def _refunded(item: Item) -> str | None:
    return next((str(meta.value) for meta in item.meta_data if meta.key == "_refunded_item_id"), None)


def _units(item: Item, source: SourceSettings) -> Wanted:
    refunded = _refunded(item)
    return Wanted(line_id=refunded, sku=None if refunded else _sku(item, source), quantity=abs(_quantity(item)))


def new_secret(random: bytes) -> str:
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


CONNECTOR = Connector(
    platform="woocommerce",
    signature=SIGNATURE,
    kept=KEPT,
    signed_by=signed_by,
    identify=identify,
    interpret=interpret,
    is_ping=is_ping,
    new_secret=new_secret,
)
