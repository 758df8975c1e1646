"""What orders-inventory tells Prometheus of its own numbers."""

from channel_service import Claim, Measure

from orders_inventory.views import claimed
from orders_inventory.views.stock import unexplained

MEASURES = [
    Measure(
        "qudao_stock_unexplained",
        "Stock balances that are not what their movements sum up to.",
        lambda _: unexplained(),
        every=300,
    ),
    Claim("orders", claimed.orders),
    Claim("gross", claimed.gross),
]
