"""What foreign platforms push to us: a file per platform, pure functions from raw bytes to what they mean.

A new platform is a file that makes a `Connector`, and its line here.
"""

from orders_inventory.connectors import cloudevents, woocommerce
from orders_inventory.connectors.connector import Connector, Delivery

CONNECTORS: dict[str, Connector] = {one.platform: one for one in (woocommerce.CONNECTOR, cloudevents.CONNECTOR)}

__all__ = ["CONNECTORS", "Connector", "Delivery"]
