"""PostgreSQL of our own on loopback, as root and as a normal user."""

import hashlib
import hmac
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from qudao_local import guard, unprivileged
from qudao_local.binaries import postgres_bin
from qudao_local.server import Answer, Foreign, Server, Silent, StartFailed

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # One machine, no standby: what only replication reads is not written. Every commit still reaches the disk.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    # What was just loaded has statistics within seconds, not a minute.
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "lc_messages": "C",  # `ask` reads them
}
UNDURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For tests of what does not concern durability only; services refuse to start on it unless told otherwise."""

_FAST_SHUTDOWN = signal.SIGINT
_ANSWER = 5.0
"""Seconds for an answer to a question that costs nothing."""
_ENDING = 10.0
"""Seconds that processes of a killed server may take to notice it."""


class Postgres(Server):
    """One server over one data folder; ``settings`` are added to its command line.

    With a ``secret`` each role has a password of its own derived from it; without one whoever reaches the port is let in
    as anybody, a superuser included: for tests only.
    """

    ending = _FAST_SHUTDOWN
    grace = 45
    patience = 120  # it may have a crash to recover from

    def __init__(
        self, data: Path, port: int, settings: dict[str, str] | None = None, *, log: Path | None = None, secret: str | None = None
    ) -> None:
        super().__init__("postgres", port, log or data.parent / f"{data.name}.log")
        self.data = data.absolute()
        self.settings = {**SETTINGS, **(settings or {})}
        self._secret = secret

    def password(self, role: str) -> str | None:
        return hmac.digest(self._secret.encode(), role.encode(), hashlib.sha256).hex() if self._secret else None

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        password = self.password(user)
        return f"postgresql://{user}{f':{password}' if password else ''}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        self.init()
        unprivileged.give(self.data)
        self._wait_for_predecessor()

    def init(self) -> None:
        """Makes the data folder unless it is there; beside it first, so that a broken attempt is never taken for one."""
        if (self.data / "PG_VERSION").exists():
            return
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        unprivileged.give(draft)
        command: list[str | Path] = [*unprivileged.prefix(), postgres_bin() / "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8",
                   "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # fmt: skip
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, suffix=".password") as file:
            if password := self.password("postgres"):
                file.write(password)
                file.flush()
                command += ["-A", "scram-sha-256", f"--pwfile={file.name}"]
            else:
                command += ["-A", "trust"]
            if guard.wait(guard.start(command, log=self.log)):
                raise StartFailed(f"initdb failed in {self.data}; {self._said()}")
        draft.rename(self.data)

    def command(self) -> Sequence[str | Path]:
        # A token that only the process started now has: a server on our port that lacks it is somebody else's.
        self.token = f"qudao-{uuid.uuid4()}"
        settings = {**self.settings, "port": str(self.port), "cluster_name": self.token}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        # In the foreground, as our child: pg_ctl would orphan it.
        return [*unprivileged.prefix(), postgres_bin() / "postgres", "-D", self.data, *arguments]

    def environment(self) -> Mapping[str, str]:
        return _without_pg_variables()

    def ask(self) -> Answer:
        try:
            asked = self._psql("-Atc", "show cluster_name", patience=_ANSWER)
        except subprocess.TimeoutExpired:
            raise Silent(f"no answer within {_ANSWER:g} s") from None
        if asked.returncode:
            said = " ".join(asked.stderr.split())
            if "FATAL:" in said:  # the server's own word: it starts, it ends, it has no connection left
                return Answer(works=False, said=said.partition("FATAL:")[2].strip())
            raise Silent(said)
        if asked.stdout.strip() != self.token:
            raise Foreign(f"another PostgreSQL answers on port {self.port}")
        return Answer(works=True)

    def run(self, script: str) -> None:
        """Runs a psql script as superuser, up to the first error; `StartFailed` then."""
        try:
            done = self._psql("-qv", "ON_ERROR_STOP=1", "-f", "-", script=script, patience=self.patience)
        except subprocess.TimeoutExpired:
            raise StartFailed(f"PostgreSQL did not answer within {self.patience:g} s while the databases were set up") from None
        if done.returncode:
            raise StartFailed(f"PostgreSQL refused the set-up of the databases: {done.stderr.strip()}")

    def _psql(self, *arguments: str, patience: float, script: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [postgres_bin() / "psql", "-Xw", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres", *arguments],
            input=script, capture_output=True, text=True, check=False, timeout=patience,
            env={**_without_pg_variables(), "LC_ALL": "C", "PGCONNECT_TIMEOUT": "2", "PGPASSWORD": self.password("postgres") or ""},
        )  # fmt: skip

    def _wait_for_predecessor(self) -> None:
        """Returns when no process works on the data folder and no lock file of a dead one is left.

        PostgreSQL takes any living process with the old number for a server of this folder, also one that is not reaped
        yet; but it is right to refuse while a backend of a killed server lives. Each of them has the folder as its working
        directory, so we know better than the number.
        """
        until = time.monotonic() + _ENDING
        while holders := _working_in(self.data):
            if time.monotonic() > until:
                raise StartFailed(f"{self.data} is in use by another PostgreSQL (pid {', '.join(map(str, holders))})")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _working_in(folder: Path) -> list[int]:
    wanted = str(folder.resolve())
    found = (process.info for process in psutil.process_iter(["pid", "cwd", "status"]))
    return [int(info["pid"]) for info in found if info["cwd"] == wanted and info["status"] != psutil.STATUS_ZOMBIE]


def _without_pg_variables() -> dict[str, str]:
    # PGOPTIONS, PGSSLMODE and the like are about the user's own databases.
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
