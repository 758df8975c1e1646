"""``python -m orders_inventory``."""

from channel_service import run

from orders_inventory.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
