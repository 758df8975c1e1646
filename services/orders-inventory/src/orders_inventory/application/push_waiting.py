"""What a push that could not be applied waits for, and whether it is there now."""

from typing import Any

from channel_events import Rejected, versions

from orders_inventory.views.partner_copy import PARTNERS
from orders_inventory.views.stock import BALANCE_TABLE

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
    sql = f"select partner_id from {PARTNERS.partner.sql.name} where partner_id = any($1::text[]) and status in ('active', 'suspended')"
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
