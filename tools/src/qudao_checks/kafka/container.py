"""An Apache Kafka in a container, by testcontainers: where ``DOCKER_HOST`` names a Docker API, which podman has too.

podman system service --time=0 unix:///tmp/podman.sock &
DOCKER_HOST=unix:///tmp/podman.sock TESTCONTAINERS_RYUK_DISABLED=true make test-kafka
"""

import os
import time
from typing import Any
from urllib.parse import urlsplit

from qudao_local.broker import cluster_id
from qudao_local.server import StartFailed

from qudao_checks.kafka.artifacts import version
from qudao_checks.kafka.node import new_id

_SECONDS = 90.0


def unavailable() -> str | None:
    """Why none can be had; None when nothing is in the way."""
    if not os.environ.get("DOCKER_HOST"):
        return "DOCKER_HOST is not set"
    from testcontainers.core.docker_client import DockerClient  # takes a fifth of a second, which every run of tests would pay

    try:
        images = DockerClient().client.images
        if not images.list(_image()):
            images.pull(_image())
    except Exception as error:  # whatever an engine, or none, answers
        return f"{os.environ['DOCKER_HOST']} gives no {_image()}: {error}"
    return None


class Container:
    """A node that is started, killed and started again as `Kafka` is; it keeps what it was told until it is lost or stopped."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._made: Any = None
        self._host = urlsplit(os.environ["DOCKER_HOST"]).hostname or "127.0.0.1"
        self.cluster_id = new_id()

    @property
    def bootstrap(self) -> str:
        return f"{self._host}:{self.port}"

    def start(self) -> None:
        from testcontainers.core.container import DockerContainer

        if self._made is None:
            made = DockerContainer(_image()).with_bind_ports(self.port, self.port)
            for name, value in self._settings().items():
                made = made.with_env(name, value)
            self._made = made.start()
        else:
            self._made.get_wrapped_container().start()
        until = time.monotonic() + _SECONDS
        while not self._answers():
            if time.monotonic() > until:
                said = b"".join(self._made.get_logs())[-2000:].decode(errors="replace")
                self.stop()
                raise StartFailed(f"the container's Kafka was not ready within {_SECONDS:g} s: {said}")
            time.sleep(0.1)

    def kill(self) -> None:
        """As a crash."""
        if self._made is not None:
            self._made.get_wrapped_container().kill()

    def lose(self) -> None:
        """As when its disk is gone: it starts as another, empty one."""
        self.stop()
        self.cluster_id = new_id()

    def stop(self) -> None:
        made, self._made = self._made, None
        if made is not None:
            made.stop()

    def _answers(self) -> bool:
        try:
            return cluster_id(self.port, host=self._host) == self.cluster_id
        except (OSError, ValueError):
            return False

    def _settings(self) -> dict[str, Any]:
        # The same port inside: it may speak to itself at the address that it tells others.
        return {
            "CLUSTER_ID": self.cluster_id,
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_LISTENERS": f"PLAINTEXT://:{self.port},CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap}",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
            "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
            "KAFKA_LOG_RETENTION_MS": "-1",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
            "KAFKA_BROKER_SESSION_TIMEOUT_MS": "2000",
            "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
            "KAFKA_HEAP_OPTS": "-Xms128m -Xmx384m",
        }


def _image() -> str:
    return f"docker.io/apache/kafka:{version()}"
