"""``python -m qudao_checks.kafka`` says whether tests can have an Apache Kafka here: exit status 0, or 1 and why not."""

import sys

from qudao_checks.kafka import unavailable

if (why := unavailable()) is not None:
    sys.exit(why)
