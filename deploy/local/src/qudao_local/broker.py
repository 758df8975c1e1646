"""The embedded Kafka-protocol broker: keeps nothing on disk, which is safe because the logs refill it."""

import os
import socket
import struct
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from qudao_local.binaries import broker_bin
from qudao_local.server import Answer, Foreign, Server, Silent


class Broker(Server):
    """One broker on a loopback port. Each start has a new cluster id, by which clients see that it forgot everything."""

    grace = 5

    def __init__(self, port: int, log: Path) -> None:
        super().__init__("broker", port, log)

    @property
    def cluster_id(self) -> str:
        return self.token

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> Sequence[str | Path]:
        self.token = f"boot-{uuid.uuid4()}"
        url = f"tcp://127.0.0.1:{self.port}"
        # Without a listener it would listen on all addresses. Silent, for it ends when it cannot say that it listens: with its errors
        # that cannot be written (test_a_full_log_disk_keeps_nothing_from_starting...) it goes on.
        return [broker_bin(), "broker", "--silent", "--cluster-id", self.token, "--listener-url", url,
                "--advertised-listener-url", url, "--storage-engine", "memory://boot/"]  # fmt: skip

    def environment(self) -> Mapping[str, str]:
        return {"RUST_LOG": "error", **os.environ}

    def ask(self) -> Answer:
        try:
            answering = cluster_id(self.port)
        except OSError as error:
            raise Silent(str(error)) from None
        except ValueError:
            raise Foreign(f"what answers on port {self.port} is no broker") from None
        if answering != self.token:
            raise Foreign(f"another broker answers on port {self.port} (cluster {answering})")
        return Answer(works=True)


_METADATA, _VERSION, _NO_TOPICS = 3, 2, 0
_LARGEST_ANSWER = 1_000_000


def cluster_id(port: int, timeout: float = 2, host: str = "127.0.0.1") -> str:
    """The cluster id of the broker on a port, of this machine unless told otherwise: one Metadata request of the Kafka protocol, version 2.

    By hand, because a client library is too large and too patient for a question of 20 bytes to a stranger.
    `OSError` when nobody answers, `ValueError` when the answer is not a broker's.
    """
    request = struct.pack(">hhihi", _METADATA, _VERSION, 1, -1, _NO_TOPICS)
    with socket.create_connection((host, port), timeout) as connection, connection.makefile("rb") as answer:
        connection.sendall(struct.pack(">i", len(request)) + request)
        size = answer.read(4)
        if len(size) < 4 or not 12 <= int.from_bytes(size, "big") <= _LARGEST_ANSWER:
            raise ValueError("not an answer of the Kafka protocol")
        return _cluster_id(answer.read(int.from_bytes(size, "big")))


def _cluster_id(body: bytes) -> str:
    correlation, brokers = struct.unpack_from(">ii", body)
    if correlation != 1:
        raise ValueError("not the answer to our request")
    at = 8
    try:
        for _ in range(brokers):  # node id, host, port, rack
            _, at = _text(body, at + 4)
            _, at = _text(body, at + 4)
        return _text(body, at)[0]
    except (struct.error, UnicodeDecodeError):
        raise ValueError("not an answer to a Metadata request") from None


def _text(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", body, at)
    end = at + 2 + max(length, 0)
    return body[at + 2 : end].decode(), end
