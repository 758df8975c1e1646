"""The platforms that can push to us: those of the room ``connectors``."""

from channel_events import discover

from orders_inventory import connectors
from orders_inventory.connectors import Connector

CONNECTORS = discover(connectors, Connector, called="platform", helpers=True)
