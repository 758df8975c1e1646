"""``python -m qudao_checks.kafka`` says which Apache Kafka tests have here: exit status 0, or 1 and why they have none."""

import os
import sys

from qudao_checks.kafka import ADDRESS, unavailable, way

found = f"the one at {os.environ[ADDRESS]}" if os.environ.get(ADDRESS) else way()
sys.exit(unavailable()) if found is None else sys.stdout.write(f"{found}\n")
