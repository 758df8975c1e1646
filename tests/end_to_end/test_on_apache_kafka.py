"""The platform on a broker that keeps its records and shares them out: what it is told once counts once, whatever is killed."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from qudao_local.guard import kill, start
from qudao_local.ports import PORTS
from qudao_local.services import environment
from qudao_local.stack import Stack

from .platform import Platform
from .test_parts_that_die import ORDERS, counted, place_through, stock

pytestmark = pytest.mark.thorough


@contextmanager
def worker(stack: Stack, module: str, service: str, settings: dict[str, str]) -> Iterator[Any]:
    """A second worker of a service."""
    given = {**settings, **stack.auth, "DATABASE_URL": stack.dsn(service), "ROLE": "worker", "PORT": "0"}
    made = start([sys.executable, "-m", module], log=stack.folder.log(f"{service}-second"), environment=environment(given))
    try:
        yield made
    finally:
        kill(made)


def test_orders_count_once_whatever_becomes_of_broker_and_workers(own_apache_kafka: Any, tmp_path: Path) -> None:
    broker = {"KAFKA_BOOTSTRAP": own_apache_kafka.bootstrap, "BROKER_PROFILE": "kafka", "TOPIC_REPLICATION": "1"}

    def lose() -> None:
        own_apache_kafka.lose()
        own_apache_kafka.start()

    with Stack(tmp_path / "stack", given=dict.fromkeys(PORTS, 0), settings=broker, say=lambda *_: None) as stack:
        settings = {**broker, "TOPIC_KEY": stack.folder.topic_key()}
        with Platform(stack.urls, stack.token()) as platform, worker(stack, "metrics", "metrics", settings) as second:
            platform.prepare()
            before = platform.stock("bike")
            steps = {
                10: own_apache_kafka.kill,
                20: own_apache_kafka.start,
                30: lambda: os.kill(second.pid, signal.SIGKILL),
                40: lose,
            }
            place_through(platform, "kafka", steps)
            platform.until(lambda: counted(platform, "kafka") == ORDERS, 120)
            assert platform.kpi("gross", source="kafka") == ORDERS * Decimal("4.00")
            assert platform.kpi("order_lines", source="kafka") == 2 * ORDERS
            platform.until(lambda: stock(platform) == {**before, "reserved": before["reserved"] + ORDERS}, 60)
