"""PostgreSQL of our own on loopback, as root and as a normal user."""

import os
import signal
import subprocess
import time
from pathlib import Path

from qudao_local.binaries import postgres_bin

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "log_min_messages": "warning",
}
UNDURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests of what does not concern durability only; services refuse to start on it unless told otherwise."""


class PostgresFailed(RuntimeError):
    """The server did not start; the text holds the end of its log."""


def _as_user() -> list[str]:
    # PostgreSQL refuses root. A user namespace shows it an ordinary uid while the files stay root's: no chown, no chmod,
    # and it works below a private home folder, where running as "nobody" would not.
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []


class Postgres:
    """One server over one data folder; ``settings`` are added to its command line."""

    def __init__(self, data: Path, port: int, settings: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = port
        self.settings = {**SETTINGS, **(settings or {})}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def init(self) -> None:
        """Makes the data folder unless it is there."""
        if (self.data / "PG_VERSION").exists():
            return
        self.data.parent.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            [*_as_user(), postgres_bin() / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-N"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise PostgresFailed(f"initdb failed in {self.data}:\n{made.stderr[-2000:]}")

    def start(self, timeout: float = 30) -> None:
        """Starts the server as our child and returns when it answers."""
        self.init()
        arguments = [word for name, value in {**self.settings, "port": str(self.port)}.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            # In the foreground, as our child: pg_ctl would orphan it, and its pid file outlives a kill -9 until it is reaped.
            self.process = subprocess.Popen(
                [*_as_user(), postgres_bin() / "postgres", "-D", self.data, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + timeout
        ready = [str(postgres_bin() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        while subprocess.run(ready, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                raise PostgresFailed(f"PostgreSQL did not start on port {self.port}; the end of {self.log}:\n{self._tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]
