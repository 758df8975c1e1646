"""Bringing the services' databases up to date before they start."""

import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from qudao_local import guard
from qudao_local.forked import Nursery, NurseryGone
from qudao_local.part import Say
from qudao_local.server import StartFailed
from qudao_local.services import OWNER_URLS, ServiceKind, environment


class Migrations:
    """Those of ``urls``, the owner's URL of each kind's database.

    ``groups`` are to be run at once, each by a process: one for each service where a nursery spares it the imports, so that a service can
    start when its own database is ready; else one for all.
    """

    def __init__(self, urls: Mapping[ServiceKind, str], nursery: Nursery | None, log: Path, say: Say) -> None:
        self._urls, self._nursery, self._log, self._say = urls, nursery, log, say
        self.groups: Sequence[Sequence[ServiceKind]] = [[kind] for kind in urls] if nursery else [list(urls)] if urls else []
        self._left = len(self.groups)
        self._began = time.monotonic()
        self._gate = threading.Lock()  # nothing is started once `_closing` is set
        self._closing = False
        self._running: list[guard.Child] = []

    def run(self, group: Sequence[ServiceKind]) -> None:
        """Returns when these databases are at their heads; `StartFailed` when not. They may still be made meanwhile."""
        with self._gate:
            if self._closing:
                raise StartFailed("the migrations were stopped before they were started")
            self._running.append(child := self._start(group))
        if status := guard.wait(child):
            raise StartFailed(f"the migrations failed (exit status {status}), see {self._log}")
        with self._gate:
            self._left -= 1
            last = not self._left
        if last:
            self._say("migrations", f"done after {time.monotonic() - self._began:.1f} s")

    def ask_to_end(self) -> None:
        """Returns at once."""
        with self._gate:
            self._closing = True
            for child in self._running:
                guard.ask_to_end(child)

    def _start(self, group: Sequence[ServiceKind]) -> guard.Child:
        modules = [kind.module for kind in group]
        settings = environment({}) | {OWNER_URLS: json.dumps({kind.module: self._urls[kind] for kind in group})}
        if self._nursery:
            with suppress(NurseryGone):
                return self._nursery.fork("qudao_local.migrate", *modules, log=self._log, environment=settings, grace=15)
        return guard.start([sys.executable, "-m", "qudao_local.migrate", *modules], log=self._log, environment=settings)
