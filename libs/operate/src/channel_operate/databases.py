"""The database of a service and its three roles: the owner migrates, the service's own role runs, and its scoped one reads for partners."""

from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec
from channel_events import scoped_role
from channel_events.log.connect import connect_as

# One after another: two that find a role missing at the same time would both make it.
_ONE_AT_A_TIME = "select pg_advisory_lock(hashtext('qudao databases'))"
_ROLE_THERE = "select exists (select from pg_roles where rolname = $1)"
_DATABASE_THERE = "select exists (select from pg_database where datname = $1)"


class Database(msgspec.Struct, frozen=True):
    """What a service's two URLs say: the roles ``owner`` and ``role``, their passwords, and the database that both are for."""

    name: str
    owner: str
    role: str
    passwords: tuple[str | None, str | None]

    @classmethod
    def of(cls, url: str, owner_url: str) -> Self:
        """`ValueError` for URLs of two databases, of one role, or that lack one."""
        (name, role, password), (same, owner, owners) = _read(url), _read(owner_url)
        if name != same:
            raise ValueError("the service's and the owner's URL name different databases")
        if role == owner:
            raise ValueError("the service's and the owner's URL name the same role")
        return cls(name, owner, role, (owners, password))


async def make(admin_url: str, wanted: Iterable[Database]) -> list[str]:
    """Makes what is missing, with ``admin_url`` a superuser's, and gives the roles the passwords of ``wanted``; the databases made anew.

    May be run again, also while services run. No role can enter any database but its own: not even those that each server has
    from its beginning, where a role that runs has no business.
    """
    connection = await connect_as(admin_url, "qudao-operate")
    try:
        await connection.execute(_ONE_AT_A_TIME)
        await connection.execute("revoke all on database postgres, template1 from public")
        return [one.name for one in wanted if await _make(connection, one)]
    finally:
        connection.terminate()


async def _make(connection: asyncpg.Connection, wanted: Database) -> bool:
    """Whether the database was not there before."""
    scoped = scoped_role(wanted.role)
    for role, password in zip((wanted.owner, wanted.role), wanted.passwords, strict=True):
        await _role(connection, role, "login")
        await _run(connection, "alter role %I login password %L", role, password)
    await _role(connection, scoped, "nologin")
    await _run(connection, "grant %I to %I", scoped, wanted.role)
    # What a scoped read sees is said by row security, which the service's own role is not held up by (PostgreSQL lets no role
    # that it binds copy into a table).
    await _run(connection, "alter role %I bypassrls", wanted.role)
    there = await connection.fetchval(_DATABASE_THERE, wanted.name)
    if not there:
        await _run(connection, "create database %I owner %I", wanted.name, wanted.owner)
    await _run(connection, "revoke all on database %I from public", wanted.name)
    await _run(connection, "grant connect, temporary on database %I to %I", wanted.name, wanted.role)
    return not there


async def _role(connection: asyncpg.Connection, name: str, kind: str) -> None:
    if not await connection.fetchval(_ROLE_THERE, name):
        await _run(connection, f"create role %I {kind}", name)


async def _run(connection: asyncpg.Connection, statement: str, *names: str | None) -> None:
    """The statement with its names and literals filled in by the server, which knows how they are quoted."""
    await connection.execute(await connection.fetchval("select format($1, variadic $2::text[])", statement, names))


def _read(url: str) -> tuple[str, str, str | None]:
    parts: Any = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if not (parts.scheme in {"postgresql", "postgres"} and parts.username and name):
        raise ValueError("not the URL of a PostgreSQL database with user, host and database name")
    return name, unquote(parts.username), None if parts.password is None else unquote(parts.password)
