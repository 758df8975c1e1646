"""``python -m specimen``."""

from channel_service import run

from specimen.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
