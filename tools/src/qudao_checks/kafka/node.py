"""An Apache Kafka of its artifacts: a node on loopback that is broker and controller, alone or one of a cluster."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from qudao_local.broker import cluster_id
from qudao_local.ports import free_port
from qudao_local.server import Answer, Foreign, Server, Silent, StartFailed

from qudao_checks.kafka.artifacts import java


class Listener(NamedTuple):
    """An address of its own for clients: Kafka's word for its protocol, and what is set for it, as ``ssl.client.auth``."""

    name: str
    protocol: str
    port: int
    settings: Mapping[str, str] = {}


class Seat(NamedTuple):
    """A node's place in a cluster: where its controller listens, and the id of its folder."""

    number: int
    port: int
    folder: str


def new_id() -> str:
    """An id as Kafka writes them; none that begins with -, which would be an option."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")


class Kafka(Server):
    """One node with its data in ``folder``; what it was told it keeps, also when it is killed and started again.

    It is spoken to at ``port`` without TLS, and at ``listeners``. ``users``: names with their passwords, for SCRAM. ``cluster``: the
    seats of all nodes of its cluster; it sits at that of ``number``.
    """

    patience = 60

    def __init__(
        self,
        port: int,
        folder: Path,
        *,
        listeners: Sequence[Listener] = (),
        users: Mapping[str, str] = {},
        number: int = 1,
        cluster: Sequence[Seat] = (),
        settings: Mapping[str, str] = {},
    ) -> None:
        super().__init__("kafka", port, folder / "kafka.log")
        self._folder, self._listeners, self._users, self._more = folder, listeners, users, settings
        self._number, self._cluster = number, cluster or [Seat(1, free_port(), new_id())]
        self.cluster_id = new_id()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        if self._properties.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()))
        seats = ",".join(f"{seat.number}@127.0.0.1:{seat.port}:{seat.folder}" for seat in self._cluster)
        words = ["format", "--initial-controllers", seats, "--cluster-id", self.cluster_id, "--config", str(self._properties)]
        for name, password in self._users.items():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                words += ["--add-scram", f"{mechanism}=[name={name},password={password}]"]
        done = subprocess.run([*java("kafka.tools.StorageTool"), *words], check=False, capture_output=True, text=True)
        if done.returncode:
            self._properties.unlink()
            raise StartFailed(f"its storage cannot be formatted: {(done.stdout + done.stderr)[-1000:]}")

    def lose(self) -> None:
        """As when its disk is gone: killed, it starts as another, empty one."""
        self.kill()
        shutil.rmtree(self._folder)
        self.cluster_id = new_id()

    def command(self) -> Sequence[str | Path]:
        return [*java("kafka.Kafka"), self._properties]

    def ask(self) -> Answer:
        try:
            answering = cluster_id(self.port)
        except (OSError, ValueError) as error:
            raise Silent(str(error)) from None
        if answering != self.cluster_id:
            raise Foreign(f"another broker answers on port {self.port} (cluster {answering})")
        return Answer(works=True)

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _settings(self) -> dict[str, str]:
        controller = next(seat for seat in self._cluster if seat.number == self._number)
        listeners = [Listener("PLAINTEXT", "PLAINTEXT", self.port), *self._listeners]
        controllers = Listener("CONTROLLER", "PLAINTEXT", controller.port)
        copies = str(len(self._cluster))
        in_sync = str(len(self._cluster) // 2 + 1)
        return {
            "process.roles": "broker,controller",
            "node.id": str(self._number),
            "controller.quorum.bootstrap.servers": ",".join(f"127.0.0.1:{seat.port}" for seat in self._cluster),
            "listeners": ",".join(f"{one.name}://127.0.0.1:{one.port}" for one in (*listeners, controllers)),
            "advertised.listeners": ",".join(f"{one.name}://127.0.0.1:{one.port}" for one in (*listeners, controllers)),
            "listener.security.protocol.map": ",".join(f"{one.name}:{one.protocol}" for one in (*listeners, controllers)),
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self._folder / "data"),
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            "group.initial.rebalance.delay.ms": "0",
            "log.retention.ms": "-1",
            "log.cleaner.dedupe.buffer.size": "16777216",
            # Short, so that one that was killed is back within seconds: it waits until its old self has lapsed.
            "broker.session.timeout.ms": "2000" if len(self._cluster) == 1 else "3000",
            "broker.heartbeat.interval.ms": "500",
            "controller.quorum.fetch.timeout.ms": "1000",
            "controller.quorum.election.timeout.ms": "500",
            **{f"listener.name.{one.name.lower()}.{name}": value for one in self._listeners for name, value in one.settings.items()},
            **self._more,
        }
