"""``python -m metrics``."""

from channel_service import run

from metrics.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
