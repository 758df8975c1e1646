"""``python -m <service>``: one process of a service, or the migration of its database."""

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

import structlog
import uvicorn
import uvloop
from channel_events.tasks import next_tick, woken

from channel_service import logs
from channel_service.app import attach, create_app
from channel_service.http.patience import patient
from channel_service.migrations import migrate
from channel_service.runtime import Runtime
from channel_service.service import Service
from channel_service.settings import BadSettings, Settings, broker_of, load, required
from channel_service.tracing import tracing

REFUSED_STATUS = 2
DRAIN_SECONDS = 20
"""How long requests under way may take to end after SIGTERM; Kubernetes waits 45 s before it kills."""

_DATE_SECONDS = 1.0
"""The date in the head of answers."""

_log = structlog.get_logger("channel_service")


def run(service: Service, arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a service until it is told to end: SIGTERM, SIGINT, or its standard input closing where settings say so.

    Exit status: 0 ended in order, 1 failed, 2 refused to start, with a plain reason on standard error.
    """
    given = _parser(service).parse_args(arguments)
    try:
        settings = load(**({"role": given.role} if given.role else {}))
        logs.configure(service.name, settings.log_level, settings.log_format)
        sys.exit(_migrate(service, settings) if given.command == "migrate" else _serve(service, settings))
    except BadSettings as refusal:
        said = "".join(f"{service.name} cannot start: {line}\n" for line in str(refusal).splitlines())
        with contextlib.suppress(OSError, ValueError):  # a full disk is no reason to end with another status
            os.write(sys.stderr.fileno(), said.encode())
        sys.exit(REFUSED_STATUS)
    finally:
        logs.finish()


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {service.name.replace('-', '_')}",
        description=f"{service.title}. {service.summary}",
        epilog="Settings come from QUDAO_* variables.",
    )
    parser.add_argument(
        "command", nargs="?", choices=["serve", "migrate"], default="serve", help="serve (default), or migrate the database"
    )
    parser.add_argument("--role", choices=["api", "worker", "all"], help="what this process does (default: QUDAO_ROLE, else all)")
    return parser


def _migrate(service: Service, settings: Settings) -> int:
    owner = required(settings, "owner_database_url", "and only the owner may change tables")
    revisions = asyncio.run(migrate(service, owner, settings.database_role))
    _log.info("migrated", **revisions)
    return 0


def _serve(service: Service, settings: Settings) -> int:
    if settings.role != "api":
        broker_of(settings)  # what is wrong is said before anything is opened
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve_until_told(service, settings))


async def _serve_until_told(service: Service, settings: Settings) -> int:
    listening = _bind(settings)
    async with tracing(service, settings), Runtime.open(service, settings) as runtime:
        server = _Server(_server_config(service, settings, runtime), runtime)
        _spare_the_collector()
        if settings.end_with_stdin:
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        if runtime.worker is not None:
            runtime.worker.on_failure(lambda: setattr(server, "should_exit", True))
        for one in (signal.SIGTERM, signal.SIGINT):
            # uvicorn drains, then raises the signal again: that must not kill the process before the log is closed.
            signal.signal(one, lambda *_: None)
        _log.info("started", role=settings.role, url=f"http://{settings.host}:{settings.port}", version=service.version)
        await server.serve([listening])
        failed = runtime.worker is not None and runtime.worker.failed
        refusal = runtime.worker.refusal if runtime.worker is not None else None
    _log.info("ended", failed=failed)
    if refusal:
        raise BadSettings(refusal)
    return 1 if failed else 0


def _spare_the_collector() -> None:
    """What is here by now stays: it is not looked at again in every search for cycles. Requests make few cycles, so searches are rare.
    Who started the process may have spared it until now."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


class _Server(uvicorn.Server):
    """Tells the runtime before it waits for the requests under way: streams would make it wait for its whole patience.

    uvicorn's own loop looks ten times a second whether it is told to end; this one is told, and wakes once a second for the date.
    """

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        self._told, self._loop = asyncio.Event(), asyncio.get_running_loop()
        super().__init__(config)
        self._runtime = runtime

    @property
    def should_exit(self) -> bool:
        return self._told.is_set()

    @should_exit.setter
    def should_exit(self, told: bool) -> None:
        """From any thread, and from what handles a signal."""
        if told:
            with contextlib.suppress(RuntimeError):  # it is over, and the process about to end
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            await woken(self._told, next_tick(_DATE_SECONDS))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._runtime.ending.set()
        await super().shutdown(sockets)


def _server_config(service: Service, settings: Settings, runtime: Runtime) -> uvicorn.Config:
    return uvicorn.Config(
        attach(create_app(service, settings), runtime),
        loop="uvloop",
        http=patient(settings.client_seconds),
        ws="none",
        lifespan="off",  # the runtime around the server opens and closes what a lifespan would
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _bind(settings: Settings) -> socket.socket:
    """The socket to listen on, not listening yet: until the service is ready, connections are refused."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
    except OSError as error:
        sock.close()
        raise BadSettings(
            f"QUDAO_PORT or QUDAO_HOST is wrong: {settings.host}:{settings.port} cannot be listened on ({error.strerror}); "
            "stop what uses it or write another"
        ) from None
    return sock


def _end_with_stdin(server: uvicorn.Server) -> None:
    # In a thread: the event loop cannot watch every kind of file that standard input may be.
    while os.read(0, 4096):
        pass
    server.should_exit = True
