"""A load over HTTP: so many connections, each waiting for its answer before the next request, for so many seconds.

Requests are made beforehand, as bytes, and of an answer only the status and the length are read: on two cores the load costs what the
server cannot have. CPU an operation is read from the server's process, so it does not depend on that.
"""

import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple


class Load(NamedTuple):
    """``rate`` answers a second; ``p50``, ``p99`` in milliseconds; ``cpu`` milliseconds of the server's process an answer."""

    rate: float
    p50: float
    p99: float
    cpu: float
    statuses: Counter[int]


def request(method: str, path: str, token: str, body: bytes = b"", **headers: str) -> bytes:
    head = {"host": "127.0.0.1", "authorization": f"Bearer {token}", "content-type": "application/json", "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**head, **headers}.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, make: Callable[[], bytes | None], took: list[float], statuses: Counter[int], slots: Iterator[float] | None) -> None:
        self.make, self.took, self.statuses, self.slots = make, took, statuses, slots
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def _next(self) -> None:
        if self.slots is None:
            self._send(time.perf_counter())
        else:
            slot = next(self.slots)
            asyncio.get_running_loop().call_later(max(0.0, slot - time.perf_counter()), self._send, slot)

    def _send(self, began: float) -> None:
        if (one := self.make()) is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.began = began
        self.transport.write(one)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().index(b"content-length:") + 15
        if len(rest) < int(head[at : head.find(b"\r\n", at) if b"\r\n" in head[at:] else len(head)]):
            return
        self.took.append(time.perf_counter() - self.began)
        self.statuses[int(head[9:12])] += 1
        self.buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection"))


async def load(
    port: int, pid: int, make: Callable[[], bytes], *, connections: int, seconds: float, pace: float = 0, warm: float = 1.0
) -> Load:
    """The load, after ``warm`` seconds of it that do not count.

    ``pace``: so many requests a second are due, whether or not the one before is answered, and each is timed from when it is due.
    """
    if warm:
        await _run(port, make, connections, warm, pace)
    before, began = cpu(pid), time.perf_counter()
    took, statuses = await _run(port, make, connections, seconds, pace)
    elapsed = time.perf_counter() - began
    quantiles = statistics.quantiles(took if len(took) > 1 else took * 2, n=100, method="inclusive")
    return Load(len(took) / elapsed, quantiles[49] * 1e3, quantiles[98] * 1e3, (cpu(pid) - before) / len(took) * 1e3, statuses)


async def _run(port: int, make: Callable[[], bytes], connections: int, seconds: float, pace: float) -> tuple[list[float], Counter[int]]:
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    took: list[float] = []
    statuses: Counter[int] = Counter()

    def next_one() -> bytes | None:
        return make() if time.perf_counter() < until else None

    began = time.perf_counter()
    slots = (began + number / pace for number in count()) if pace else None
    made = [
        await loop.create_connection(lambda: _Connection(next_one, took, statuses, slots), "127.0.0.1", port) for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in made))
    return took, statuses


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
