"""The embedded Kafka-protocol broker: keeps nothing on disk, which is safe because the logs refill it."""

import os
import socket
import subprocess
import time
import uuid
from pathlib import Path

from qudao_local.binaries import broker_bin


class BrokerFailed(RuntimeError):
    """The broker did not start; the text holds the end of its log."""


class Broker:
    """One broker on a loopback port. Each start has a new cluster id, by which clients see that it forgot everything."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self.cluster_id = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, timeout: float = 10) -> None:
        self.cluster_id = f"boot-{uuid.uuid4()}"
        url = f"tcp://127.0.0.1:{self.port}"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [broker_bin(), "broker", "--cluster-id", self.cluster_id, "--listener-url", url,
                 "--advertised-listener-url", url, "--storage-engine", "memory://boot/"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "RUST_LOG": os.environ.get("RUST_LOG", "error")},
            )  # fmt: skip
        until = time.monotonic() + timeout
        while True:
            # On a busy port it panics in a thread and the port's owner answers in its place: the process is asked first.
            if self.process.poll() is not None or time.monotonic() > until:
                raise BrokerFailed(f"the broker did not start on port {self.port}; the end of {self.log}:\n{self._tail()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.01)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def kill(self) -> None:
        """As a crash: everything it held is gone."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]
