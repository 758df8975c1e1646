"""A bell beside a broker that wakes nobody: who has sent records rings, and who waits for some asks then.

A ring is a datagram to all of this machine that listen at the broker's port number, by the broadcast address of the loopback
network: there is no server that could be gone, nobody has to know the others, and nothing leaves the machine. Nothing depends on
it. A ring that is lost makes a reader wait for its next look; one that nobody sent makes it look once more.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable

from channel_events.broker import Broker

_HOST = "127.255.255.255"
_HERE = frozenset({"127.0.0.1", "localhost"})
_LARGEST = 512
"""Bytes of a ring: the name of a topic has at most 249."""


def _address(broker: Broker) -> tuple[str, int] | None:
    """Where one rings for this broker; None where nobody has to, or it is another machine's."""
    host, _, port = broker.bootstrap.rpartition(":")
    return (_HOST, int(port)) if broker.profile.rung_pause_ms and host in _HERE else None


def _socket() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return one


class Ringer:
    """Rings for topics of one broker."""

    def __init__(self, broker: Broker) -> None:
        self._address = _address(broker)
        self._socket = _socket() if self._address else None

    def ring(self, topic: str) -> None:
        """Says that there are new records of this topic, which the broker has confirmed."""
        if self._socket and self._address:
            with contextlib.suppress(OSError):
                self._socket.sendto(topic.encode(), self._address)

    def close(self) -> None:
        if self._socket:
            self._socket.close()


def ring(broker: Broker, topic: str) -> None:
    """Rings once: whoever reads this topic looks now."""
    one = Ringer(broker)
    one.ring(topic)
    one.close()


class Bell:
    """Calls ``rung`` with a topic's name at each ring for one of this broker's.

    It is believed only when it was heard: each listener rings for itself at first, and where that does not come back (a system that
    does not broadcast on loopback, a filter) ``works`` stays false.
    """

    def __init__(self, broker: Broker, rung: Callable[[str], object]) -> None:
        self.works = False
        self._rung, self._own = rung, b"\0" + os.urandom(8)  # no name of a topic begins so
        self._socket: socket.socket | None = None
        if (address := _address(broker)) is None:
            return
        one = _socket()
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # all listen at the same port
            one.bind(address)
            one.sendto(self._own, address)
        except OSError:
            one.close()
        else:
            self._socket = one
            asyncio.get_running_loop().add_reader(one, self._hear)

    def _hear(self) -> None:
        with contextlib.suppress(OSError):  # nothing more has come
            while self._socket:
                said = self._socket.recv(_LARGEST)
                if said == self._own:
                    self.works = True
                elif said[:1] != b"\0":
                    self._rung(said.decode(errors="replace"))

    def close(self) -> None:
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
