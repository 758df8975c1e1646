"""orders-inventory, put together."""

from channel_service import Service
from channel_service.look_alikes import LOOK_ALIKE, LOOK_ALIKES

from orders_inventory.api import catalogue, credit_notes, imports, look_alikes, orders, prices, push_door, pushes, sources, stock
from orders_inventory.api.measures import MEASURES
from orders_inventory.application.reactions import APPLY_PUSHES
from orders_inventory.domain.credit import CREDIT
from orders_inventory.domain.order import ORDER
from orders_inventory.domain.price import PRICE
from orders_inventory.domain.product import PRODUCT
from orders_inventory.domain.push import PUSH
from orders_inventory.domain.pushed import PUSHED
from orders_inventory.domain.reference import REFERENCE
from orders_inventory.domain.source import SOURCE
from orders_inventory.domain.stock import STOCK
from orders_inventory.domain.warehouse import WAREHOUSE
from orders_inventory.problems import PROBLEMS
from orders_inventory.views.catalogue import CATALOGUE
from orders_inventory.views.credits import CREDITS
from orders_inventory.views.orders import ORDERS
from orders_inventory.views.partner_copy import KNOWN_PARTNERS, PARTNERS
from orders_inventory.views.prices import LISTED_PRICES, PRICES
from orders_inventory.views.pushes import PUSHES
from orders_inventory.views.sources import SOURCES
from orders_inventory.views.stock import STOCK_LEVELS

SERVICE = Service(
    "orders-inventory",
    title="Orders and inventory",
    summary="What partners order, and the stock it is served from.",
    deciders=[ORDER, CREDIT, STOCK, PRODUCT, WAREHOUSE, PRICE, REFERENCE, SOURCE, PUSH, PUSHED, LOOK_ALIKE],
    copies=[KNOWN_PARTNERS, LISTED_PRICES],
    views=[ORDERS, CREDITS, STOCK_LEVELS, CATALOGUE, PRICES, PARTNERS, SOURCES, PUSHES, LOOK_ALIKES],
    reactions=[APPLY_PUSHES],
    measures=MEASURES,
    also_sees=PARTNERS.children_seen,
    routers=[
        orders.router,
        credit_notes.router,
        stock.router,
        catalogue.router,
        prices.router,
        imports.router,
        imports.documents,
        push_door.router,
        pushes.router,
        sources.router,
        look_alikes.router,
    ],
    problems=PROBLEMS,
    grants=sources.SECRETS.grants,
    migrations="orders_inventory.migrations",
)
