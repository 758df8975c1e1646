"""``python -m channel_events``, the same as ``channel-events``."""

from channel_events.cli.app import main

main()
