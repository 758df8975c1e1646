"""Roles and databases of the services on a PostgreSQL that has none yet: by what their URLs say, as often as it is asked for."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from channel_operate.cli import databases, target
from channel_operate.cli.app import app
from channel_operate.databases import Database, make
from typer.testing import CliRunner


class Wanted(SimpleNamespace):
    """A database's URLs on the server of the tests, which lets everybody in without asking for a password."""

    def __init__(self, server: Any) -> None:
        self.name = f"made_{uuid.uuid4().hex[:12]}"
        self.server = server

    @property
    def url(self) -> str:
        return str(self.server.url(self.name, self.name))

    @property
    def owner_url(self) -> str:
        return str(self.server.url(self.name, f"{self.name}_owner"))

    async def drop(self) -> None:
        await self.server.run(f'drop database if exists "{self.name}" with (force)')
        for role in ("", "_owner", "_scoped"):
            await self.server.run(f'drop role if exists "{self.name}{role}"')


@pytest.fixture
async def wanted(server: Any) -> AsyncIterator[Callable[[], Wanted]]:
    made: list[Wanted] = []

    def new() -> Wanted:
        made.append(Wanted(server))
        return made[-1]

    yield new
    for one in made:
        await one.drop()


async def asked(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_what_is_missing_is_made_and_what_is_there_stays(server: Any, wanted: Callable[[], Wanted]) -> None:
    one = wanted()
    database = Database.of(one.url, one.owner_url)
    assert await make(server.dsn, [database]) == [one.name]
    await asked(one.owner_url, "create table kept as select 1 as row")
    assert await make(server.dsn, [database]) == []
    assert await asked(one.owner_url, "select row from kept") == 1


async def test_two_at_once_make_it_once(server: Any, wanted: Callable[[], Wanted]) -> None:
    one = wanted()
    database = Database.of(one.url, one.owner_url)
    assert sorted(await asyncio.gather(*(make(server.dsn, [database]) for _ in range(4)))) == [[], [], [], [one.name]]


async def test_the_owner_makes_tables_and_the_services_role_makes_none(server: Any, wanted: Callable[[], Wanted]) -> None:
    one = wanted()
    await make(server.dsn, [Database.of(one.url, one.owner_url)])
    await asked(one.owner_url, "create table mine (row integer)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asked(one.url, "create table mine_too (row integer)")


async def test_a_services_role_reads_for_partners_as_a_role_that_cannot_log_in(server: Any, wanted: Callable[[], Wanted]) -> None:
    one = wanted()
    await make(server.dsn, [Database.of(one.url, one.owner_url)])
    assert await asked(one.url, f"select pg_has_role('{one.name}_scoped', 'set')") is True
    assert await asked(one.url, f"select rolcanlogin from pg_roles where rolname = '{one.name}_scoped'") is False
    assert await asked(one.url, "select rolbypassrls from pg_roles where rolname = current_user") is True


async def test_no_role_enters_the_database_of_another(server: Any, wanted: Callable[[], Wanted]) -> None:
    one, other = wanted(), wanted()
    await make(server.dsn, [Database.of(each.url, each.owner_url) for each in (one, other)])
    for place in (other.name, "postgres", "template1"):
        for role in (one.name, f"{one.name}_owner"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asked(server.url(place, role), "select 1")


async def test_passwords_are_those_of_the_urls_letter_by_letter(server: Any, wanted: Callable[[], Wanted]) -> None:
    one = wanted()
    first, second = (url.replace("@", ":p%40ss'%25%3F@", 1) for url in (one.url, one.owner_url))
    database = Database.of(first, second)
    assert database.passwords == ("p@ss'%?", "p@ss'%?")
    await make(server.dsn, [database])
    stored = f"select rolpassword from pg_authid where rolname = '{one.name}'"
    before = await asked(server.dsn, stored)
    assert str(before).startswith("SCRAM-SHA-256$")
    await make(server.dsn, [Database.of(first.replace("p%40", "q%40"), second)])
    assert await asked(server.dsn, stored) != before


@pytest.mark.parametrize(
    ("url", "owner_url", "why"),
    [
        ("postgresql://a@h/one", "postgresql://o@h/two", "different databases"),
        ("postgresql://a@h/one", "postgresql://a@h/one", "the same role"),
        ("postgresql://h/one", "postgresql://o@h/one", "not the URL"),
        ("postgresql://a@h", "postgresql://o@h/one", "not the URL"),
    ],
)
def test_urls_that_do_not_fit_are_refused(url: str, owner_url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Database.of(url, owner_url)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [SimpleNamespace(name="big-shop", package="big_shop"), SimpleNamespace(name="other", package="other")]
    monkeypatch.setattr(databases, "installed", lambda: found)


async def test_the_command_reads_its_urls_from_files_or_the_environment(
    server: Any, wanted: Callable[[], Wanted], service: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = wanted(), wanted()
    for name in ("ADMIN_DATABASE_URL", "BIG_SHOP_DATABASE_URL", "BIG_SHOP_OWNER_DATABASE_URL", "OTHER_DATABASE_URL"):
        monkeypatch.delenv(f"QUDAO_{name}", raising=False)
    monkeypatch.setenv("QUDAO_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "qudao_admin_database_url").write_text(server.dsn + "\n")
    (tmp_path / "qudao_big_shop_database_url").write_text(one.url)
    (tmp_path / "qudao_big_shop_owner_database_url").write_text(one.owner_url)

    refused = await asyncio.to_thread(CliRunner().invoke, app, ["databases"])
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (2, "QUDAO_OTHER_DATABASE_URL is not set")

    alone = await asyncio.to_thread(CliRunner().invoke, app, ["--service", "big-shop", "databases", "--json"])
    assert (alone.exit_code, alone.stdout) == (0, f'{{"database":"{one.name}","made":true}}\n')

    monkeypatch.setenv("QUDAO_OTHER_DATABASE_URL", other.url)
    monkeypatch.setenv("QUDAO_OTHER_OWNER_DATABASE_URL", other.owner_url)
    both = await asyncio.to_thread(CliRunner().invoke, app, ["databases"])
    assert both.stdout.splitlines() == [f"{one.name}  there", f"{other.name}  made"]


def test_a_service_that_is_not_installed_is_named(service: None) -> None:
    refused = CliRunner().invoke(app, ["--service", "small-shop", "databases"])
    assert (refused.exit_code, refused.stderr) == (2, "no service 'small-shop' is installed\n")


def test_settings_of_a_target_are_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "installed", lambda: [SimpleNamespace(name="specimen", load=lambda: None)])
    for name in ("DATABASE_URL", "TOPIC_PREFIX"):
        monkeypatch.delenv(f"QUDAO_{name}", raising=False)
    monkeypatch.setenv("QUDAO_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "qudao_database_url").write_text("postgresql://a@h/one\n")
    (tmp_path / "qudao_kafka_bootstrap").write_text("kafka:9092\n")
    assert (target.target(None).dsn, target.target(None).broker.prefix) == ("postgresql://a@h/one", "qudao.")
    monkeypatch.setenv("QUDAO_TOPIC_PREFIX", "")
    assert target.target(None).broker.prefix == ""
