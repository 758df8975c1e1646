"""CloudEvents 1.0 in structured mode with the headers of Standard Webhooks: for ERPs and whoever writes an integration.

The types; ``data`` is the command of that name, as every other door takes it (amounts as text, dates as ``2026-11-24``), without the
source, which is that of the push:

- ``qudao.order.placed``: external_id, partner_id (unless the source has one), currency, on, lines of sku, quantity, unit_price,
  [line_id, discount]; [warehouse, sales_rep]
- ``qudao.order.confirmed``, ``.shipped``, ``.delivered``: external_id, on, [lines of line_id or sku, [quantity]]; a delivery: [shipment]
- ``qudao.order.cancelled``, ``.returned``: the same with reason
- ``qudao.goods.returned``, of a sale that is not here: external_id, partner_id (unless the source has one), currency, on, reason, lines
  as of an order; [warehouse: on no stock without it, sale, sales_rep]
- ``qudao.amount.corrected``, money only: external_id, partner_id (unless the source has one), currency, on, reason, note, amount;
  [sku, sale, sales_rep]
- ``qudao.product.defined``: sku, name, [category, subcategory], on
- ``qudao.stock.received``: sku, quantity, on, [warehouse, reference]

Other types are kept and ignored. ``webhook-id`` holds no point: points separate the parts of the signed text. The attributes ``source`` and
``id`` name an event for ever.
"""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from channel_events.pure import Rejected
from channel_terms import Reader, Wrong, parse_document
from msgspec import Struct

from orders_inventory.connectors.connector import Connector, Delivery
from orders_inventory.connectors.meaning import Asked, Meaning, Nothing
from orders_inventory.connectors.reading import parsed
from orders_inventory.connectors.signing import from_base64, signer
from orders_inventory.domain.credit import CorrectAmount, ReturnGoods
from orders_inventory.domain.order import CancelOrder, ConfirmOrder, DeliverOrder, PlaceOrder, ReturnOrder, ShipOrder
from orders_inventory.domain.product import DefineProduct
from orders_inventory.domain.source import SkuRule, SourceSettings
from orders_inventory.domain.stock import ReceiveStock

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
REPLAY_SECONDS = 300
MOST_SIGNATURES = 10
_PREFIX = "whsec_"
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,200}")
"""Without the point that separates the parts of the signed text: one text may be signed for one id only."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_ONCE = "1"
"""The version of what happens once: an event under another delivery id is a duplicate."""


class Event(Struct, frozen=True):
    specversion: str
    id: str
    source: str
    type: str
    data: Any = None
    datacontenttype: str | None = None


COMMANDS: dict[str, Reader[Any]] = {
    "qudao.order.placed": Reader(PlaceOrder),
    "qudao.order.confirmed": Reader(ConfirmOrder),
    "qudao.order.shipped": Reader(ShipOrder),
    "qudao.order.delivered": Reader(DeliverOrder),
    "qudao.order.cancelled": Reader(CancelOrder),
    "qudao.order.returned": Reader(ReturnOrder),
    "qudao.goods.returned": Reader(ReturnGoods),
    "qudao.amount.corrected": Reader(CorrectAmount),
    "qudao.product.defined": Reader(DefineProduct),
    "qudao.stock.received": Reader(ReceiveStock),
}


_OF_PARTNER = ("qudao.order.placed", "qudao.goods.returned", "qudao.amount.corrected")
"""Types whose data name the partner."""


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
    event = parsed(delivery.body, Event, check=parse_document)
    if event.specversion != "1.0" or not event.id or not event.source:
        raise Rejected("push_unreadable", problem="it is no CloudEvent 1.0")
    reader = COMMANDS.get(event.type)
    # What happened once is once: the version never grows. The pair names it, so neither part can run into the other.
    entity = f"event:{sha256(msgspec.json.encode((event.source, event.id))).hexdigest()[:40]}"
    if reader is None:
        return Nothing("type_not_used", entity)
    return Asked(entity=entity, version=_ONCE, command=_read(reader, _completed(event, source)))


def _completed(event: Event, source: SourceSettings) -> dict[str, Any]:
    """The data with what the source's settings say where it says nothing."""
    if event.datacontenttype not in (None, "application/json"):
        raise Rejected("push_unreadable", problem="datacontenttype is not application/json")
    data = event.data
    if not isinstance(data, dict):
        raise Rejected("push_unreadable", problem="data is no JSON object")
    if "source" in data:
        raise Rejected("push_unreadable", problem="data names no source: it is that of the push")
    if event.type in ("qudao.order.placed", "qudao.stock.received"):
        data["warehouse"] = data.get("warehouse") or source.warehouse
    if event.type in _OF_PARTNER:
        data["partner_id"] = _partner_id(data.get("partner_id"), source)
    if event.type in ("qudao.order.placed", "qudao.goods.returned"):
        for number, line in enumerate(data["lines"] if isinstance(data.get("lines"), list) else [], start=1):
            if isinstance(line, dict):
                line["sku"] = line.get("sku") or _sku(line.get("line_id") or str(number), source)
    return data


def _partner_id(given: Any, source: SourceSettings) -> Any:
    """A source that belongs to one partner speaks for no other."""
    if source.partner_id is not None and given not in (None, source.partner_id):
        raise Rejected("partner_not_of_source", partner_id=given)
    if given is None and source.partner_id is None:
        raise Rejected("partner_missing")
    return given or source.partner_id


def _sku(line_id: Any, source: SourceSettings) -> str:
    if source.sku_fallback.rule is not SkuRule.FIXED:
        raise Rejected("sku_missing", line_id=str(line_id))
    return source.sku_fallback.sku


def _read(reader: Reader[Any], data: dict[str, Any]) -> Any:
    try:
        return reader.read(data)
    except (Wrong, msgspec.ValidationError) as fault:
        # Never the value itself: it may be a name or an address.
        raise Rejected("push_unreadable", problem=str(fault)[:200]) from None


def new_secret(random: bytes) -> str:
    return _PREFIX + base64.b64encode(random).decode()


CONNECTOR = Connector(
    platform="cloudevents",
    signature=SIGNATURE,
    kept=(ID, TIMESTAMP, "content-type"),
    signed_by=signed_by,
    identify=identify,
    interpret=interpret,
    is_ping=lambda _: False,
    new_secret=new_secret,
)
