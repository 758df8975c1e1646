"""An Apache Kafka for tests, had in the first of three ways that is open here: the address of one that runs, in ``QUDAO_TEST_KAFKA``;
a container, where ``DOCKER_HOST`` names a Docker API; its Maven artifacts, with Java 17 or newer.
"""

from pathlib import Path

from qudao_local.ports import free_port

from qudao_checks.kafka import artifacts, container
from qudao_checks.kafka.container import Container
from qudao_checks.kafka.node import Kafka

__all__ = ["ADDRESS", "Container", "Given", "Kafka", "own", "unavailable", "way"]

ADDRESS = "QUDAO_TEST_KAFKA"
_WAYS = {"a container": container.unavailable, "its Maven artifacts": artifacts.unavailable}


class Given:
    """One that runs already, and is left alone."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass


def way() -> str | None:
    """How a test can have an Apache Kafka that it may kill; None where it cannot."""
    return next((name for name, why in _WAYS.items() if why() is None), None)


def unavailable() -> str:
    """Why no way is open."""
    return "; ".join([f"{ADDRESS} is not set", *(f"{name}: {why()}" for name, why in _WAYS.items())])


def own(folder: Path) -> Kafka | Container:
    """One node for whoever asks, not started yet. Only where there is a `way`."""
    return Container(free_port()) if way() == "a container" else Kafka(free_port(), folder)
