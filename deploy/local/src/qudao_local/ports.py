"""Which port each part listens on, always on loopback, and who is in the way."""

import errno
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress

import psutil
from channel_operate import installed

PORTS = {**{one.name: one.port for one in installed()}, "postgres": 55432, "broker": 59092}
"""The default port of each part; 0 is any free one."""


class PortsTaken(RuntimeError):
    """Ports that the stack needs are in use; the text names them all, and who has them where that can be seen."""


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on at this moment."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def choose(names: list[str], given: Mapping[str, int], environment: Mapping[str, str]) -> dict[str, int]:
    """A port for each part: ``given``, else ``QUDAO_PORT_<PART>``, else ``QUDAO_PORT_BASE`` + 1, 2, ... in the order of
    ``names``, else its default. 0 (also as base) means any free one; a part without a default gets a free one too.
    """
    if unknown := sorted(set(given) - set(names)):
        raise ValueError(f"there is no part {', '.join(unknown)}; there are {', '.join(names)}")
    base = environment.get("QUDAO_PORT_BASE", "")
    chosen = {}
    for place, name in enumerate(names, start=1):
        variable = f"QUDAO_PORT_{name.replace('-', '_').upper()}"
        if name in given:
            chosen[name] = given[name]
        elif environment.get(variable):
            chosen[name] = _number(variable, environment[variable])
        elif base:
            start = _number("QUDAO_PORT_BASE", base)
            chosen[name] = start + place if start else 0
        else:
            chosen[name] = PORTS.get(name, 0)
    free = iter(free_ports(list(chosen.values()).count(0)))
    return {name: port or next(free) for name, port in chosen.items()}


def _number(variable: str, text: str) -> int:
    if not text.isdecimal() or int(text) > 65000:
        raise ValueError(f"{variable} is {text!r}; write a port number, or 0 for any free port")
    return int(text)


def listener(port: int) -> str | None:
    """Who keeps us from listening on a loopback port, in words; None when nobody does."""
    with socket.socket() as probe:
        # As servers do: connections of an earlier server that are still fading away are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return _holder(port) if error.errno == errno.EADDRINUSE else f"nobody, but it is refused: {error.strerror}"
    return None


def _holder(port: int) -> str:
    # Processes of other users do not show theirs; on macOS nobody's do without root.
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            here = connection.laddr[1:2] == (port,)
            if here and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f"pid {connection.pid} ({' '.join(psutil.Process(connection.pid).cmdline())[:100]})"
    return "another program"


def require_free(ports: Mapping[str, int]) -> None:
    """`PortsTaken` unless all are free, before anything is started."""
    taken = {name: who for name, port in ports.items() if (who := listener(port))}
    if taken:
        lines = [f"port {ports[name]} ({name}) is in use by {who}" for name, who in taken.items()]
        first = next(iter(taken))
        ways = f"end it, or choose other ports: --port {first}=0 for any free one, QUDAO_PORT_BASE=9100 for all of them"
        raise PortsTaken("\n".join([*lines, ways]))
