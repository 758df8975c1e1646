"""Shared by all tests: one PostgreSQL and one broker for the whole run, started by the first process, seen by all workers.

A run that finds their addresses in its environment is part of another one, and starts none (`qudao_checks.mutations`).
With ``QUDAO_TEST_BROKER=kafka`` the broker is an Apache Kafka (see `qudao_checks.kafka`), and only tests that use it run (``make
test-kafka``).

`database` gives a test a fresh database with the tables of a service's log, cloned from a template in some 30 ms.
"""

import contextlib
import os
import tempfile
import uuid
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from channel_events import schema
from channel_events.broker import PROFILES
from channel_service import Service
from channel_service.migrations import migrate
from qudao_checks import kafka as apache
from qudao_checks.kafka import artifacts
from qudao_checks.kafka.secured import Secured
from qudao_checks.rows import Rows, claimed
from qudao_local import guard
from qudao_local.broker import Broker
from qudao_local.ports import free_port
from qudao_local.postgres import UNDURABLE, Postgres

_ENV_DSN, _ENV_KAFKA = "QUDAO_TEST_POSTGRES", apache.ADDRESS
_ENV_SAID, _ENV_NO_KAFKA = "QUDAO_TEST_KAFKA_IS", "QUDAO_TEST_NO_KAFKA"
_APACHE = os.environ.get("QUDAO_TEST_BROKER") == "kafka"
_USES_BROKER = {"kafka", "apache_kafka", "own_apache_kafka", "kafka_artifacts"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "embedded: it is about a broker that forgets; not run on Apache Kafka")
    config.addinivalue_line("markers", "thorough: on brokers of its own for a while; .ci/run leaves it to make test-kafka")
    config.addinivalue_line("markers", "row(id): it shows a row of the capability table through HTTP, like IN-05")
    config.pluginmanager.register(Rows(claimed()))
    if _APACHE:
        # What tests name by default is the broker at hand, used as in production but for the copies: there is one node.
        PROFILES["kafka"] = PROFILES["embedded"] = msgspec.structs.replace(PROFILES["kafka"], replication=1)
    if hasattr(config, "workerinput") or config.option.collectonly or _ENV_DSN in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="qudao-test-"))
    # Servers and folder go with this process, also when it is killed (test_a_killed_test_run_leaves_nothing).
    remover = guard.remove_afterwards(folder)
    postgres = Postgres(folder / "pg", free_port(), UNDURABLE)
    postgres.start()
    postgres.run('create role "postgres_scoped" nologin')
    broker = _broker(folder)
    # xdist's workers are children of this process: they find the servers in their environment.
    os.environ[_ENV_DSN] = postgres.dsn()
    if broker is not None:
        os.environ[_ENV_KAFKA] = broker.bootstrap

    def stop() -> None:
        if broker is not None:
            broker.stop()
        postgres.stop()
        guard.end(remover)

    config.add_cleanup(stop)


def _broker(folder: Path) -> Broker | apache.Kafka | apache.Container | apache.Given | None:
    """The run's broker, started; None where it should be an Apache Kafka and none can be had."""
    broker: Broker | apache.Kafka | apache.Container | apache.Given
    if not _APACHE:
        broker = Broker(free_port(), folder / "broker.log")
    elif given := os.environ.get(_ENV_KAFKA):
        broker = apache.Given(given)
        os.environ[_ENV_SAID] = f"the one at {given}"
    elif (way := apache.way()) is not None:
        broker = apache.own(folder / "kafka")
        os.environ[_ENV_SAID] = way
    else:
        os.environ[_ENV_NO_KAFKA] = apache.unavailable()
        return None
    broker.start()
    return broker


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not _APACHE:
        # Those that wait longest first, so that at the end no process sits and watches the other one wait.
        items.sort(key=lambda item: "end_to_end" not in item.nodeid)
        return
    uses = [item for item in items if _USES_BROKER & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("embedded")]
    config.hook.pytest_deselected(items=[item for item in items if item not in uses])
    items[:] = uses


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if reason := os.environ.get(_ENV_NO_KAFKA):
        terminalreporter.section(f"NOTHING WAS TRIED ON APACHE KAFKA: {reason}", red=True, bold=True)
    elif which := os.environ.get(_ENV_SAID):
        terminalreporter.section(f"TRIED ON APACHE KAFKA: {which}", green=True, bold=True)


class Server:
    """The test run's PostgreSQL: databases from templates, made once per run and migration."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def url(self, database: str, user: str = "postgres") -> str:
        return self.dsn.replace("postgres@", f"{user}@").rsplit("/", 1)[0] + f"/{database}"

    async def run(self, sql: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def template(self, name: str, build: Callable[[str], Awaitable[None]]) -> str:
        """A database that ``build`` made from an empty one, given its URL; several workers may ask for it at once."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute("select pg_advisory_lock(hashtext($1))", name)
            if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
                draft = f"{name}_{uuid.uuid4().hex[:8]}"
                await connection.execute(f'create database "{draft}"')
                await build(self.url(draft))
                # Another worker may have been quicker: its template is as good.
                with contextlib.suppress(asyncpg.DuplicateDatabaseError):
                    await connection.execute(f'alter database "{draft}" rename to "{name}"')
            await connection.execute("select pg_advisory_unlock(hashtext($1))", name)
        finally:
            await connection.close()
        return name

    async def clone(self, template: str) -> str:
        """The URL of a fresh copy of a template."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        await self.run(f'create database "{name}" template "{template}" strategy file_copy')
        return self.url(name)

    async def drop(self, url: str) -> None:
        await self.run(f'drop database if exists "{url.rsplit("/", 1)[1]}" with (force)')


@pytest.fixture(scope="session")
def server() -> Server:
    return Server(os.environ[_ENV_DSN])


@pytest.fixture(scope="session")
def kafka() -> str:
    """The bootstrap address of the run's broker. Topics are shared: give yours a prefix of their own."""
    if reason := os.environ.get(_ENV_NO_KAFKA):
        pytest.skip(reason)
    return os.environ[_ENV_KAFKA]


@pytest.fixture
def apache_kafka(kafka: str) -> str:
    """As `kafka`, for what the embedded broker cannot do."""
    if not _APACHE:
        pytest.skip("needs Apache Kafka: make test-kafka")
    return kafka


@pytest.fixture
def own_apache_kafka(apache_kafka: str, tmp_path: Path) -> Iterator[apache.Kafka | apache.Container]:
    """An Apache Kafka that the test may stop, kill and start again; it keeps what it was told."""
    if apache.way() is None:
        pytest.skip("needs an Apache Kafka of its own")
    broker = apache.own(tmp_path / "kafka")
    broker.start()
    yield broker
    broker.kill()
    broker.stop()


@pytest.fixture(scope="session")
def kafka_artifacts(kafka: str) -> None:
    """For tests that start nodes of their own making: several, or with listeners of their own."""
    if not _APACHE:
        pytest.skip("needs Apache Kafka: make test-kafka")
    if artifacts.unavailable():
        pytest.skip("needs Apache Kafka's Maven artifacts")


@pytest.fixture(scope="session")
def secured(kafka_artifacts: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """An Apache Kafka that asks who you are."""
    broker = Secured(tmp_path_factory.mktemp("secured"))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def topic_prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}."


@pytest.fixture
async def database(server: Server) -> AsyncIterator[str]:
    """The URL of a fresh database with the tables of a log and of subscriptions."""

    async def build(url: str) -> None:
        await server.run(schema.TABLES, url.rsplit("/", 1)[1])

    url = await server.clone(await server.template("log_template", build))
    yield url
    await server.drop(url)


@pytest.fixture
async def migrated(server: Server) -> AsyncIterator[Callable[[Service], Awaitable[str]]]:
    """``await migrated(SERVICE)`` is the URL of a fresh database as that service's migrations leave it."""
    made: list[str] = []

    async def fresh(service: Service) -> str:
        async def build(url: str) -> None:
            await migrate(service, url, "postgres")

        # By its tables too: a test's stand-in for a service bears the same name (test_a_stand_in_has_a_database_of_its_own).
        tables = " ".join(table.sql.name for view in service.views for table in view.tables)
        name = f"{service.name}_{zlib.crc32(tables.encode()):08x}_template"
        made.append(await server.clone(await server.template(name, build)))
        return made[-1]

    yield fresh
    for url in made:
        await server.drop(url)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Any]:
    """A broker that the test may kill and start again, empty."""
    broker = Broker(free_port(), tmp_path / "broker.log")
    broker.start()
    yield broker
    broker.kill()
