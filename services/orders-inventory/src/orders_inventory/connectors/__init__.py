"""What foreign platforms push to us: a file per platform, pure functions from raw bytes to what they mean.

A file that makes a `Connector` of its own name is a platform; nothing else lists it.
"""

from orders_inventory.connectors.connector import Connector, Delivery

__all__ = ["Connector", "Delivery"]
