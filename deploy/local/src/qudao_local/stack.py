"""The whole platform on one machine: PostgreSQL, the broker, the services, as children of this process.

with Stack(Path("var/local")) as stack:
    httpx.get(stack.urls["partner-registry"] + "/v1/partners")
"""

import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import psutil

from qudao_local import databases, forked, logs, ports
from qudao_local.broker import Broker
from qudao_local.folder import Folder, PartState
from qudao_local.forked import Nursery
from qudao_local.migrations import Migrations
from qudao_local.part import Part, Say
from qudao_local.postgres import Postgres
from qudao_local.services import SERVICES, Service, ServiceKind
from qudao_local.watch import Watch

if TYPE_CHECKING:
    from qudao_local.issuer import Issuer

_SHARED = ("channel_service", "channel_service.migrations", "alembic.command", "sqlalchemy.ext.asyncio")
"""What is imported before services and migrations are forked."""
_LEFTOVERS = 60.0
"""Seconds that processes of a launcher that was killed may take to end in order."""


def tell(part: str, text: str) -> None:
    """Says it on standard output."""
    print(f"{part:18} {text}", flush=True)


class Stack:
    """A running platform over one data folder, from `start` to `stop`; a context manager does both.

    ``given`` ports win over the environment's (see `ports.choose`); ``settings`` are further ``QUDAO_*`` settings of all
    services, by their names without the prefix; with ``KAFKA_BOOTSTRAP`` they use another broker than the stack's. Each part that
    ends by itself is started again.
    """

    def __init__(
        self,
        data: Path,
        *,
        given: Mapping[str, int] | None = None,
        kinds: Sequence[ServiceKind] = SERVICES,
        settings: Mapping[str, str] | None = None,
        say: Say = tell,
    ) -> None:
        self.folder = Folder(data)
        self.ports = ports.choose([*(kind.name for kind in kinds), "postgres", "broker"], given or {}, os.environ)
        self.urls = {kind.name: f"http://127.0.0.1:{self.ports[kind.name]}" for kind in kinds}
        self._kinds = kinds
        self._settings = settings or {}
        self._tell = say
        self.auth: Mapping[str, str] = {}
        """The settings by which services trust the tokens of this stack; there once it is built."""
        self._say_lock = threading.Lock()
        self._state_lock = threading.Lock()
        self._nursery: Nursery | None = None
        self._parts: list[Part] = []
        self._watch: Watch | None = None

    @property
    def bootstrap(self) -> str:
        """The broker's address for a Kafka client."""
        return f"127.0.0.1:{self.ports['broker']}"

    def start(self) -> None:
        """Returns when every part is ready.

        Raises `AlreadyRunning`, `NotOurs`, `PortsTaken` before anything is started, `StartFailed` with nothing left running.
        """
        self.folder.lock()
        try:
            self._end_leftovers()
            ports.require_free(self.ports)
            self._build()
            self._start_all()
            self._watch = Watch(self._parts, self.folder.path / "logs")
            self._watch.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the services, then what they stand on; returns when everything is gone."""
        if self._watch:
            self._watch.stop()
        for group in (self._parts[2:], self._parts[:2]):
            for part in group:
                part.ask_to_stop()
            for part in group:
                part.stop()
        self._parts = []
        if self._nursery:
            self._nursery.close()
        self.folder.unlock()

    def states(self) -> list[PartState]:
        return [part.state() for part in self._parts]

    def dsn(self, name: str) -> str:
        """The URL of a service's database with the service's own role."""
        kind = next(kind for kind in self._kinds if kind.name == name)
        return self._postgres.dsn(kind.database, kind.database)

    def token(self, role: str = "brand_admin", **who: Any) -> str:
        """A token that the services accept; ``who`` is ``partner_id`` or ``source``, with the role of that name."""
        return self._issuer().token(role, **who)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _issuer(self) -> "Issuer":
        from qudao_local.issuer import Issuer  # takes a tenth of a second, and `up --detach` needs none

        return Issuer(self.folder.auth)

    def _build(self) -> None:
        if forked.AVAILABLE and any(kind.migrates for kind in self._kinds):  # first: it takes longest
            self._nursery = Nursery(_SHARED, self.folder.log("nursery"))
        self._postgres = Postgres(
            self.folder.path / "postgres", self.ports["postgres"], log=self.folder.log("postgres"), secret=self.folder.secret()
        )
        self.auth = self._issuer().settings
        broker = Broker(self.ports["broker"], self.folder.log("broker"))
        services = [
            Service(kind, self.ports[kind.name], self.folder.log(kind.name), self._service(kind), self._nursery) for kind in self._kinds
        ]
        servers = [self._postgres, broker, *services]
        self._parts = [Part(server, self.urls.get(server.name), self.say, self._write_down) for server in servers]

    def _service(self, kind: ServiceKind) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "BROKER_PROFILE": "embedded",
            **self._settings,
            **self._pages(),
            **self.auth,
            "DATABASE_URL": self.dsn(kind.name),
            "TOPIC_KEY": self.folder.topic_key(),
            "SECRETS_KEY": self.folder.secrets_key(),
        }

    def _pages(self) -> dict[str, str]:
        """What lets the board, in a browser, ask every service."""
        hosts = [f"http://{host}:{self.ports['metrics']}" for host in ("127.0.0.1", "localhost")] if "metrics" in self.ports else []
        return {"ALLOWED_ORIGINS": ",".join(hosts), "SERVICE_URLS": ",".join(f"{name}={url}" for name, url in self.urls.items())}

    def _start_all(self) -> None:
        postgres, broker, *services = self._parts
        urls = {kind: self._postgres.dsn(kind.database, kind.owner) for kind in self._kinds if kind.migrates}
        migrations = Migrations(urls, self._nursery, self.folder.log("migrations"), self.say)
        with ThreadPoolExecutor(2 * len(self._parts)) as pool:
            try:
                standing = [pool.submit(self._start_databases, postgres), pool.submit(broker.start)]
                migrated: dict[str, Future[None]] = {}
                for group in migrations.groups:
                    migrated |= dict.fromkeys([kind.name for kind in group], pool.submit(migrations.run, group))
                needed = {one.name: [*standing, migrated[one.name]] if one.name in migrated else standing for one in services}
                begun = [pool.submit(_start_after, needed[one.name], one) for one in services]
                _all_done([*standing, *migrated.values(), *begun])
            except BaseException:
                # A Ctrl-C too: starts under way are broken off, so that the pool can end.
                for part in self._parts:
                    part.ask_to_stop()
                migrations.ask_to_end()
                raise

    def _start_databases(self, postgres: Part) -> None:
        postgres.start()
        databases.create(self._postgres, self._kinds)

    def _end_leftovers(self) -> None:
        """Waits for what a killed launcher left ending; what does not end is killed: it is ours, and it is in the way."""
        left = [part for part in self.folder.parts() if part.alive()]
        if left:
            self.say("launcher", f"an earlier start was cut short; waiting for {', '.join(part.name for part in left)} to end")
        until = time.monotonic() + _LEFTOVERS
        while alive := [part for part in left if part.alive()]:
            if time.monotonic() > until:
                for part in alive:
                    with suppress(psutil.Error):
                        psutil.Process(part.pid).kill()
            time.sleep(0.1)

    def say(self, part: str, text: str) -> None:
        """Tells what happened to a part, and keeps it in the launcher's log.

        A terminal that is gone or a disk that is full must not end the thread that keeps a part running.
        """
        with self._say_lock:  # parts speak from threads of their own
            logs.say(self.folder.log("launcher"), part, text)
            with suppress(OSError):
                self._tell(part, text)

    def _write_down(self) -> None:
        with self._state_lock, suppress(OSError):  # on a full disk `status` knows less, and a part still starts again
            self.folder.write_parts(self.states())


def _start_after(needed: Iterable[Future[None]], part: Part) -> None:
    for one in needed:
        one.result()
    part.start()


def _all_done(started: Iterable[Future[None]]) -> None:
    done, _ = wait(started, return_when=FIRST_EXCEPTION)
    for one in done:
        one.result()
