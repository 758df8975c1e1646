"""``python -m comms``."""

from channel_service import run

from comms.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
