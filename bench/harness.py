"""What the programmes share: their arguments, servers of their own, databases in them, the middle of several rounds."""

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from qudao_local.broker import Broker
from qudao_local.ports import free_port
from qudao_local.postgres import Postgres

T = TypeVar("T")


def asked(about: str | None, **defaults: Any) -> Any:
    """What the command line says; each default is an option of its type (a list: several)."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in defaults.items():
        one, several = (default[0], "+") if isinstance(default, tuple | list) else (default, None)
        parser.add_argument(f"--{name}", type=type(one), nargs=several, default=default, help=f"(default {default})")
    return parser.parse_args()


@contextmanager
def postgres(folder: Path | None = None) -> Iterator[Postgres]:
    """A PostgreSQL with durable settings, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as own:
        server = Postgres((folder or Path(own)) / "pg", free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def broker() -> Iterator[Broker]:
    """An embedded broker, empty."""
    with tempfile.TemporaryDirectory(prefix="qudao-bench-") as folder:
        one = Broker(free_port(), Path(folder) / "broker.log")
        one.start()
        try:
            yield one
        finally:
            one.stop()


async def database(server: Postgres, name: str, sql: str = "") -> str:
    """The DSN of a new database in which ``sql`` was run, all of it written to disk."""
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f'drop database if exists "{name}" with (force)')
    await connection.execute(f'create database "{name}"')
    await connection.close()
    connection = await asyncpg.connect(server.dsn(name))
    if sql:
        await connection.execute(sql)
    await connection.execute("checkpoint")
    await connection.close()
    return server.dsn(name)


async def scoped(server: Postgres) -> None:
    """The role that services' migrations want to be there, for databases used as the superuser."""
    connection = await asyncpg.connect(server.dsn())
    await connection.execute('create role "postgres_scoped" nologin')
    await connection.close()


async def app_role(server: Postgres) -> None:
    """The role `app` that a service runs as, with the one that it reads for partners as."""
    connection = await asyncpg.connect(server.dsn())
    if not await connection.fetchval("select exists (select from pg_roles where rolname = 'app')"):
        await connection.execute("create role app login; create role app_scoped nologin")
        await connection.execute("grant app_scoped to app; alter role app bypassrls")
    await connection.close()


async def until(true: Callable[[], object], seconds: float = 120) -> None:
    """Returns when ``true`` says so; ends the programme when it does not in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds:g} s in vain")
        await asyncio.sleep(0.02)


def as_a_service() -> None:
    """The collector of cycles as services have it (`channel_service.cli`): it does not look at what was imported, and not often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Spent:
    """Seconds of the clock, and of CPU of this process, since it was made."""

    def __init__(self) -> None:
        self._began, self._busy = time.perf_counter(), time.process_time()

    @property
    def elapsed(self) -> float:
        return time.perf_counter() - self._began

    @property
    def cpu(self) -> float:
        return time.process_time() - self._busy


def middle(rounds: Iterable[T], of: Callable[[T], float]) -> float:
    """The median of what ``of`` says of the rounds."""
    return statistics.median(of(one) for one in rounds)


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Ours to theirs, round by round; the median."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
