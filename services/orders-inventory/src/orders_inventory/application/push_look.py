"""What a push needs to know before it is decided, read in the reaction's transaction: from streams, so it is current."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from channel_events import Recorded, Rejected, current, versions

from orders_inventory.application.push_commands import Found
from orders_inventory.application.pushes import delivery_of
from orders_inventory.connectors import CONNECTORS
from orders_inventory.connectors.meaning import GoodsBack, Meaning, Nothing, OrderGone, OrderStepTaken, WholeOrder
from orders_inventory.domain.codes import order_id
from orders_inventory.domain.order import ORDER, OrderingPartner
from orders_inventory.domain.push import PUSH, PushReceived, push_key
from orders_inventory.domain.pushed import PUSHED, pushed_key
from orders_inventory.domain.source import SOURCE
from orders_inventory.views.partner_copy import PARTNER, PLACE
from orders_inventory.views.stock import BALANCE_TABLE


async def look(connection: Any, event: Recorded) -> Found | None:
    """``None`` for an event that is no push."""
    push = event.data
    if not isinstance(push, PushReceived):
        return None
    source, _ = await current(connection, SOURCE, push.source)
    state, _ = await current(connection, PUSH, push_key(push.source, push.push_id))
    if source.settings is None:
        return None
    today = event.recorded_at.astimezone(ZoneInfo(source.settings.zone)).date()
    try:
        meaning: Meaning = CONNECTORS[push.platform].interpret(delivery_of(push), source.settings, event.recorded_at)
    except Rejected as refusal:
        return Found(state.outcome is not None, source.settings, refusal, today)
    found = Found(state.outcome is not None, source.settings, meaning, today)
    return found if isinstance(meaning, Nothing) else await _known(connection, push, meaning, found)


async def _known(connection: Any, push: PushReceived, meaning: Any, found: Found) -> Found:
    newest, _ = await current(connection, PUSHED, pushed_key(push.source, meaning.entity))
    found = msgspec.structs.replace(found, newest=newest)
    if isinstance(meaning, WholeOrder | OrderGone | GoodsBack | OrderStepTaken):
        try:
            key = order_id(push.source, meaning.external_id)
        except Rejected as refusal:
            return msgspec.structs.replace(found, meaning=refusal)
        order, version = await current(connection, ORDER, key)
        found = msgspec.structs.replace(found, order=order, order_version=version)
    if isinstance(meaning, WholeOrder):
        partner_id = found.settings.partner_id or meaning.partner_id
        found = msgspec.structs.replace(found, partner=await _partner(connection, partner_id))
    if isinstance(meaning, GoodsBack):
        order_newest, _ = await current(connection, PUSHED, pushed_key(push.source, meaning.order_entity))
        found = msgspec.structs.replace(found, order_newest=order_newest)
    return found


async def _partner(connection: Any, partner_id: str | None) -> OrderingPartner | None:
    rows = await connection.fetch(
        f"select p.partner_id, p.channel_type, p.segment, p.status, l.since, l.territory from {PARTNER.sql.name} p "
        f"join {PLACE.sql.name} l using (partner_id) where p.partner_id = $1 order by l.since",
        partner_id,
    )
    if not rows:
        return None
    one = rows[0]
    places = tuple((row["since"], row["territory"]) for row in rows)
    return OrderingPartner(one["partner_id"], one["channel_type"], one["segment"], one["status"], places)


_MAY_HELP = frozenset(
    (
        *("order_unknown", "order_not_confirmed", "order_under_way", "shipment_unknown", "quantity_exceeds_line"),
        *("nothing_to_ship", "nothing_to_deliver", "nothing_to_return", "nothing_to_cancel", "date_before_order"),
    )
)
"""Refusals by an order that it may take back when more has happened to it."""


def waits_for(refusal: Rejected) -> str | None:
    """What would help: ``partner/p-1``, ``product/PEN``, ``warehouse/sh``, ``stock/sh/PEN/12``; ``order/shop:7/3``: a fourth event."""
    facts = refusal.facts
    match refusal.code:
        case "partner_unknown" | "partner_not_active":
            return f"partner/{facts['partner_id']}"
        case "product_unknown":
            return f"product/{facts['sku']}"
        case "warehouse_unknown":
            return f"warehouse/{facts['warehouse']}"
        case "stock_insufficient":
            return f"stock/{facts['warehouse']}/{facts['sku']}/{facts['wanted']}"
        case code if code in _MAY_HELP and "order_version" in facts:
            return f"order/{facts['order_id']}/{facts['order_version']}"
        case "version_passed" | "order_already_placed" | "order_exists":
            # Decided on more than was looked at, by another push on the way or a command: to look again is all it takes.
            return "nothing"
    return None


async def arrived(connection: Any, names: list[str]) -> set[str]:
    """Those that are there now."""
    found = {name for name in names if name == "nothing"}
    streams: dict[str, tuple[str, int]] = {}
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "order":
            key, _, version = rest.rpartition("/")
            streams[name] = (f"order/{key}", int(version))
        elif kind in ("product", "warehouse"):
            streams[name] = (name, 0)
    now = await versions(connection, [stream for stream, _ in streams.values()])
    found |= {name for name, (stream, version) in streams.items() if now.get(stream, 0) > version}
    return found | await _partners(connection, names) | await _stock(connection, names)


async def _partners(connection: Any, names: list[str]) -> set[str]:
    wanted = [name.removeprefix("partner/") for name in names if name.startswith("partner/")]
    sql = f"select partner_id from {PARTNER.sql.name} where partner_id = any($1::text[]) and status in ('active', 'suspended')"
    return {f"partner/{row['partner_id']}" for row in await connection.fetch(sql, wanted)} if wanted else set()


async def _stock(connection: Any, names: list[str]) -> set[str]:
    wanted = [name.split("/")[1:] for name in names if name.startswith("stock/")]
    if not wanted:
        return set()
    warehouses, skus, units = zip(*wanted, strict=True)
    sql = (
        "select w.warehouse, w.sku, w.units from unnest($1::text[], $2::text[], $3::bigint[]) as w (warehouse, sku, units) "
        f"join {BALANCE_TABLE.sql.name} b using (warehouse, sku) where b.on_hand - b.reserved >= w.units"
    )
    rows = await connection.fetch(sql, warehouses, skus, [int(one) for one in units])
    return {f"stock/{row['warehouse']}/{row['sku']}/{row['units']}" for row in rows}
