"""``python -m partner_registry``."""

from channel_service import run

from partner_registry.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
