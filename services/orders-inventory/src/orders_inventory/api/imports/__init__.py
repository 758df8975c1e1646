"""Imports: a file per thing that can be imported, and which route takes what."""

from channel_service.importing import ImportSet, import_routes

from orders_inventory.api.imports.catalogue import PRODUCTS, WAREHOUSES
from orders_inventory.api.imports.orders import ORDERS
from orders_inventory.api.imports.prices import PRICES
from orders_inventory.api.imports.steps import STEPS
from orders_inventory.api.imports.stock import COUNTS, RECEIPTS

SETS = (
    ImportSet(
        "orders",
        WAREHOUSES,
        PRODUCTS,
        PRICES,
        RECEIPTS,
        COUNTS,
        ORDERS,
        *STEPS,
        summary="Import a channel's whole history: catalogue, stock, orders and what happened to them",
    ),
    ImportSet("products", PRODUCTS, WAREHOUSES, default=PRODUCTS, summary="Import products, and warehouses by their kind"),
    ImportSet("prices", PRICES, default=PRICES, summary="Import prices"),
    ImportSet("stock", RECEIPTS, COUNTS, WAREHOUSES, summary="Import what came into stock, and counted balances"),
)

router = import_routes(*SETS)
