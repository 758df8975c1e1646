"""What a push that could not be applied may be waiting for."""

from collections.abc import Sequence
from typing import Any

from channel_events import Wait

from orders_inventory.views.partner_copy import PARTNERS
from orders_inventory.views.stock import BALANCE_TABLE

_MAY_HELP = (
    *("order_unknown", "order_not_confirmed", "order_under_way", "shipment_unknown", "quantity_exceeds_line"),
    *("nothing_to_ship", "nothing_to_deliver", "nothing_to_return", "nothing_to_cancel", "date_before_order"),
)
"""Refusals by an order that it may take back when more has happened to it."""


async def _partners(connection: Any, keys: Sequence[tuple[str]]) -> list[tuple[str]]:
    sql = f"select partner_id from {PARTNERS.partner.sql.name} where partner_id = any($1::text[]) and status in ('active', 'suspended')"
    return [(row["partner_id"],) for row in await connection.fetch(sql, [partner_id for (partner_id,) in keys])]


async def _stock(connection: Any, keys: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    sql = (
        "select w.warehouse, w.sku, w.units from unnest($1::text[], $2::text[], $3::bigint[]) as w (warehouse, sku, units) "
        f"join {BALANCE_TABLE.sql.name} b using (warehouse, sku) where b.on_hand - b.reserved >= w.units"
    )
    rows = await connection.fetch(sql, *(list(column) for column in zip(*keys, strict=True)))
    return [(row["warehouse"], row["sku"], row["units"]) for row in rows]


WAITS = (
    Wait("partner", ["partner_unknown", "partner_not_active"], {"partner_id": str}, _partners),
    Wait.stream("product", ["product_unknown"], "product/{sku}"),
    Wait.stream("warehouse", ["warehouse_unknown"], "warehouse/{warehouse}"),
    Wait("stock", ["stock_insufficient"], {"warehouse": str, "sku": str, "wanted": int}, _stock),
    Wait.stream("order", _MAY_HELP, "order/{order_id}", past="order_version"),
    # Decided on more than was looked at, by another push on the way or a command.
    Wait.nothing(["version_passed", "order_already_placed", "order_exists"]),
)
