"""``python -m channel_operate``, the same as ``channel-operate``."""

from channel_operate.cli.app import main

main()
