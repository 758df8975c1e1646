"""``python -m incentives``."""

from channel_service import run

from incentives.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
