"""An Apache Kafka for tests, of its Maven artifacts: one node on loopback, broker and controller in one process.

It needs Java of version 17 or newer and Maven, which brings the artifacts (some 44 MB) once, to ``var/kafka``.
"""

import base64
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from qudao_local.broker import cluster_id
from qudao_local.ports import free_port
from qudao_local.server import Answer, Foreign, Server, Silent, StartFailed

from qudao_checks.sources import ROOT

_HERE = Path(__file__).parent
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_JAVA = 17
_MEMORY = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=16777216
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""
# Sessions are short so that one that was killed is back within seconds: it waits until its old self has lapsed.


def missing() -> str | None:
    """Why no Apache Kafka can be had on this machine; None when nothing is in the way."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        return "java and mvn are needed"
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < _JAVA:
        return f"java of version {_JAVA} or newer is needed"
    return None


def unavailable() -> str | None:
    """The same, and why Maven could not bring its artifacts."""
    if (why := missing()) is not None:
        return why
    try:
        artifacts()
    except (subprocess.CalledProcessError, OSError) as error:
        return f"Maven did not bring its artifacts: {error}"
    return None


def artifacts() -> Path:
    """The folder of its jars, filled by Maven when it is not there yet; `CalledProcessError` when Maven cannot."""
    pom = (_HERE / "pom.xml").read_bytes()
    folder = ROOT / "var/kafka" / uuid.uuid5(uuid.NAMESPACE_OID, pom.hex()).hex[:12]
    if not folder.exists():
        draft = folder.with_suffix(f".{os.getpid()}")
        command = ["mvn", "-q", "-B", "-f", str(_HERE / "pom.xml"), _COPY, "-DincludeScope=runtime", f"-DoutputDirectory={draft}"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        draft.rename(folder)
    return folder


class Kafka(Server):
    """One node with its data in ``folder``; what it was told it keeps, also when it is killed and started again."""

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__("kafka", port, folder / "kafka.log")
        self._folder, self._controller = folder, free_port()
        self._classes = f"{artifacts()}/*"
        self.cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")  # a leading - is an option

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        if self._settings.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(_SETTINGS.format(port=self.port, controller=self._controller, data=self._folder / "data"))
        format_ = ["format", "--standalone", "--cluster-id", self.cluster_id, "--config", str(self._settings)]
        done = subprocess.run([*self._java("kafka.tools.StorageTool"), *format_], check=False, capture_output=True, text=True)
        if done.returncode:
            raise StartFailed(f"its storage cannot be formatted: {(done.stdout + done.stderr)[-1000:]}")

    def command(self) -> Sequence[str | Path]:
        return [*self._java("kafka.Kafka"), self._settings]

    def ask(self) -> Answer:
        try:
            answering = cluster_id(self.port)
        except OSError as error:
            raise Silent(str(error)) from None
        if answering != self.cluster_id:
            raise Foreign(f"another broker answers on port {self.port} (cluster {answering})")
        return Answer(works=True)

    @property
    def _settings(self) -> Path:
        return self._folder / "server.properties"

    def _java(self, main: str) -> list[str | Path]:
        return ["java", *_MEMORY, f"-Dlog4j2.configurationFile={_HERE / 'log4j2.xml'}", "-cp", self._classes, main]
