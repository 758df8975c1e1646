"""CloudEvents 1.0 in structured mode with the headers of Standard Webhooks: for ERPs and whoever writes an integration.

The types, and what ``data`` holds (amounts as text, dates as ``2026-11-24``); each is one of our own commands:

- ``qudao.order.placed``: external_id, partner_id (unless the source has one), currency, on, lines of sku, quantity, unit_price,
  [line_id, discount]; [warehouse, sales_rep]
- ``qudao.order.confirmed``, ``.shipped``, ``.delivered``: external_id, on, [lines of line_id or sku, [quantity]]; a delivery: [shipment]
- ``qudao.order.cancelled``, ``.returned``: the same with reason
- ``qudao.product.defined``: sku, name, [category, subcategory], on
- ``qudao.stock.received``: sku, quantity, on, [warehouse, reference]

Other types are kept and ignored. The attributes ``source`` and ``id`` name an event for ever.
"""

import base64
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from channel_events.pure import Rejected
from msgspec import Raw, Struct

from orders_inventory.connectors.connector import Connector, Delivery
from orders_inventory.connectors.meaning import (
    Meaning,
    Nothing,
    OrderStepTaken,
    ProductDescribed,
    Stage,
    StockArrived,
    Units,
    WholeOrder,
)
from orders_inventory.connectors.reading import NULL, day, money, parsed
from orders_inventory.connectors.signing import from_base64, signer
from orders_inventory.domain.order import NewLine
from orders_inventory.domain.source import SkuRule, SourceSettings

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
REPLAY_SECONDS = 300
MOST_SIGNATURES = 10
_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ONCE = "1"
"""The version of what happens once: an event under another delivery id is a duplicate."""


class Event(Struct, frozen=True):
    specversion: str
    id: str
    source: str
    type: str
    data: Raw = NULL
    datacontenttype: str | None = None


class LineData(Struct, frozen=True):
    quantity: int
    unit_price: Raw
    sku: str = ""
    line_id: str | None = None
    discount: Raw = Raw(b'"0"')


class PlacedData(Struct, frozen=True):
    external_id: str
    currency: str
    on: str
    lines: list[LineData]
    partner_id: str | None = None
    warehouse: str | None = None
    sales_rep: str | None = None


class UnitsData(Struct, frozen=True):
    line_id: str | None = None
    sku: str | None = None
    quantity: int | None = None


class StepData(Struct, frozen=True):
    external_id: str
    on: str
    lines: list[UnitsData] | None = None
    shipment: int | None = None
    reason: str = ""


class ProductData(Struct, frozen=True):
    sku: str
    name: str
    on: str
    category: str | None = None
    subcategory: str | None = None


class StockData(Struct, frozen=True):
    sku: str
    quantity: int
    on: str
    warehouse: str | None = None
    reference: str | None = None


def signed_by(delivery: Delivery, secrets: Sequence[str], now: datetime) -> int | None:
    """The signed text is ``id.timestamp.body``; one of several signatures is enough, so that senders can rotate, too."""
    headers = delivery.headers
    id_, sent, given = headers.get(ID, ""), headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not _ID.fullmatch(id_) or not _TIMESTAMP.fullmatch(sent) or abs(now.timestamp() - int(sent)) > REPLAY_SECONDS:
        return None
    if len(given) > 100 * MOST_SIGNATURES:
        return None
    signatures = [from_base64(one.removeprefix("v1,")) for one in given.split(" ") if one.startswith("v1,")][:MOST_SIGNATURES]
    message = b".".join((id_.encode(), sent.encode(), delivery.body))
    return signer([one for one in signatures if one is not None], [_key(secret) for secret in secrets], message)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX))


def identify(delivery: Delivery) -> str:
    """By the signed ``webhook-id``, the same over a sender's retries."""
    return sha256(delivery.headers[ID].encode()).hexdigest()[:40]


def interpret(delivery: Delivery, source: SourceSettings, _: datetime) -> Meaning:
    event = parsed(delivery.body, Event)
    if event.specversion != "1.0" or not event.id or not event.source:
        raise Rejected("push_unreadable", problem="it is no CloudEvent 1.0")
    reader = _READERS.get(event.type)
    # What happened once is once: the version never grows.
    entity = f"event:{sha256(f'{event.source} {event.id}'.encode(errors='replace')).hexdigest()[:40]}"
    if reader is None:
        return Nothing("type_not_used", entity)
    return reader(event, entity, source)


def _placed(event: Event, entity: str, source: SourceSettings) -> Meaning:
    data = _data(event, PlacedData)
    on = day(data.on, "on")
    lines = tuple(_line(line, number, source) for number, line in enumerate(data.lines, start=1))
    return WholeOrder(
        entity=entity,
        version=_ONCE,
        external_id=data.external_id,
        placed_on=on,
        stage=Stage.PLACED,
        was_delivered=False,
        confirmed_on=on,
        delivered_on=on,
        ended_on=on,
        currency=data.currency,
        lines=lines,
        partner_id=data.partner_id,
        warehouse=data.warehouse,
        sales_rep=data.sales_rep,
    )


def _line(line: LineData, number: int, source: SourceSettings) -> NewLine:
    line_id = line.line_id or str(number)
    price, discount = money(line.unit_price, "unit_price"), money(line.discount, "discount")
    sku = line.sku or (source.sku if source.sku_rule is SkuRule.FIXED else "")
    if not sku:
        raise Rejected("sku_missing", line_id=line_id)
    return NewLine(sku=sku, quantity=line.quantity, unit_price=price, line_id=line_id, discount=discount)


def _step(step: str) -> Callable[[Event, str, SourceSettings], Meaning]:
    def read(event: Event, entity: str, _: SourceSettings) -> Meaning:
        data = _data(event, StepData)
        return OrderStepTaken(
            entity=entity,
            version=_ONCE,
            external_id=data.external_id,
            step=step,
            on=day(data.on, "on"),
            reason=_text(data.reason, "reason") or event.type,
            shipment=data.shipment,
            lines=None if data.lines is None else tuple(Units(one.line_id, one.sku, one.quantity) for one in data.lines),
        )

    return read


def _product(event: Event, entity: str, _: SourceSettings) -> Meaning:
    data = _data(event, ProductData)
    name, category, subcategory = (_text(one, "name") for one in (data.name, data.category, data.subcategory))
    if not name:
        raise Rejected("push_unreadable", problem="a product has a name")
    return ProductDescribed(
        entity=entity, version=_ONCE, sku=data.sku, name=name, category=category, subcategory=subcategory, on=day(data.on, "on")
    )


def _stock(event: Event, entity: str, _: SourceSettings) -> Meaning:
    data = _data(event, StockData)
    reference = _text(data.reference, "reference")
    return StockArrived(
        entity=entity,
        version=_ONCE,
        warehouse=data.warehouse,
        sku=data.sku,
        quantity=data.quantity,
        reference=reference,
        on=day(data.on, "on"),
    )


def _data(event: Event, model: Any) -> Any:
    if event.datacontenttype not in (None, "application/json"):
        raise Rejected("push_unreadable", problem="datacontenttype is not application/json")
    return parsed(bytes(event.data), model)


def _text(text: str | None, field: str) -> str | None:
    """What goes into events: PostgreSQL has no NUL in its texts, and nobody reads more than 500 characters."""
    if text is not None and ("\0" in text or len(text) > 500):
        raise Rejected("push_unreadable", problem=f"{field} is longer than 500 characters or holds a NUL")
    return text or None


_READERS: dict[str, Callable[[Event, str, SourceSettings], Meaning]] = {
    "qudao.order.placed": _placed,
    "qudao.order.confirmed": _step("confirm"),
    "qudao.order.shipped": _step("ship"),
    "qudao.order.delivered": _step("deliver"),
    "qudao.order.cancelled": _step("cancel"),
    "qudao.order.returned": _step("return"),
    "qudao.product.defined": _product,
    "qudao.stock.received": _stock,
}


def new_secret(random: bytes) -> str:
    return _PREFIX + base64.b64encode(random).decode()


CONNECTOR = Connector(
    platform="cloudevents",
    kept=(ID, TIMESTAMP, "content-type"),
    signed_by=signed_by,
    identify=identify,
    interpret=interpret,
    is_ping=lambda _: False,
    new_secret=new_secret,
)
