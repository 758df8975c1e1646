"""The data folder of a stack: who runs on it, its secret, and what its launcher last wrote about its parts."""

import base64
import fcntl
import hmac
import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import psutil


class AlreadyRunning(RuntimeError):
    """Another launcher runs on the data folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        super().__init__(f"already running on {folder}, pid {pid or 'unknown'}")
        self.pid = pid


class NotOurs(RuntimeError):
    """The data folder belongs to another user."""


@dataclass(frozen=True)
class PartState:
    """A part as its launcher last saw it.

    ``created`` tells a process from a later one with the same number, ``token`` is what it answers with, ``ended`` says why it was
    last started again.
    """

    name: str
    state: str
    port: int
    since: float
    log: str
    url: str | None = None
    pid: int | None = None
    created: float | None = None
    crashes: int = 0
    ended: str = ""
    token: str = ""

    def alive(self) -> bool:
        """Whether that very process still runs."""
        with suppress(psutil.Error):
            if self.pid is not None and self.created is not None:
                process = psutil.Process(self.pid)
                return abs(process.create_time() - self.created) < 2 and process.status() != psutil.STATUS_ZOMBIE
        return False


class Folder:
    """A data folder. The kernel drops its lock with the launcher, so a ``kill -9`` leaves no stale one."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def log(self, part: str) -> Path:
        return self.path / "logs" / f"{part}.log"

    def lock(self) -> None:
        """Makes the folder ours until `unlock` or the end of this process; `AlreadyRunning` when it is another's."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (owner := self.path.stat().st_uid) != os.geteuid():
            raise NotOurs(f"{self.path} belongs to the user with id {owner}: start as that user, or choose another folder")
        file = (self.path / "lock").open("a+")
        if not _flock(file, patience=0.5):  # `launcher` holds it for a moment
            file.close()
            raise AlreadyRunning(self.path, self.launcher())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file

    def unlock(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def launcher(self) -> int | None:
        """The process id of the running launcher, 0 when it has not said yet; None when there is none."""
        try:
            with (self.path / "lock").open() as file:
                return None if _flock(file, patience=0) else int(file.read() or "0")
        except OSError:
            return None

    def secret(self) -> str:
        """What all passwords of this folder are derived from; made when first asked for. Call it under the lock."""
        file = self.path / "secret"
        if not file.exists():
            draft = self.path / "secret.new"  # renamed when whole: half a secret would lock everybody out
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32))
            draft.replace(file)
        return file.read_text()

    def secrets_key(self) -> str:
        """The key that services seal others' secrets with, for ``QUDAO_SECRETS_KEY``."""
        return base64.b64encode(hmac.digest(self.secret().encode(), b"secrets key", "sha256")).decode()

    def topic_key(self) -> str:
        """The key that records of the topics are signed with, for ``QUDAO_TOPIC_KEY``."""
        return base64.b64encode(hmac.digest(self.secret().encode(), b"topic key", "sha256")).decode()

    @property
    def auth(self) -> Path:
        """Where the stack's issuer of tokens keeps its key."""
        return self.path / "auth"

    def write_parts(self, parts: list[PartState]) -> None:
        draft = self.path / "parts.json.new"
        draft.write_text(json.dumps([asdict(part) for part in parts], indent=1))
        draft.replace(self.path / "parts.json")

    def parts(self) -> list[PartState]:
        """What the last launcher wrote; nothing when there was none."""
        try:
            written: list[dict[str, Any]] = json.loads((self.path / "parts.json").read_text())
        except (OSError, ValueError):
            return []
        known = PartState.__dataclass_fields__  # a launcher of another version may have written more
        return [PartState(**{name: value for name, value in part.items() if name in known}) for part in written]


def _flock(file: IO[str], patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
