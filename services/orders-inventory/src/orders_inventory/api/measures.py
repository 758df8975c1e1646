"""What orders-inventory tells Prometheus of its own numbers."""

from channel_service import Measure, Reconciled

from orders_inventory.views import reconciled
from orders_inventory.views.stock import unexplained

MEASURES = [
    Measure(
        "qudao_stock_unexplained",
        "Stock balances that are not what their movements sum up to.",
        lambda _: unexplained(),
        every=300,
    ),
    Reconciled("orders", reconciled.orders),
    Reconciled("gross", reconciled.gross),
]
