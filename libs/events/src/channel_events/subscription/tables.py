"""Making the tables of views and the beginnings of reactions: by the owning role, at migration."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from channel_events.partition import PARTITIONS
from channel_events.reaction import Reaction
from channel_events.subscription.own_log import PARTITION
from channel_events.subscription.progress import ProgressTable
from channel_events.subscription.serving import schema_of, serving_build
from channel_events.view import SCOPE, OwnLog, Table, Topic, View, scoped_role

_LOCK = 0x71766965  # "qvie"
_HAS_POLICY = "select exists (select from pg_policy where polrelid = $1::text::regclass and polname = 'scope')"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_quote = _DIALECT.identifier_preparer.quote


async def create_view_tables(connection: Any, views: Iterable[View], *, role: str | None = None) -> None:
    """Creates what is missing of the views' tables and indexes; ``role``, when given, may then read and write them, and
    `scoped_role` of it, which has to be there, may read those that are scoped or shared.

    ``connection`` is asyncpg's, of the owning role. Several processes may do it at once.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        for view in views:
            build = await serving_build(connection, view.subscription)
            await make_tables(connection, view, schema_of(view.subscription, build), role=role)
            await make_indexes(connection, view, schema_of(view.subscription, build))


async def make_tables(connection: Any, view: View, schema: str, *, role: str | None) -> None:
    """What is missing of the view's tables in ``schema``, with their rights and scopes; in the caller's transaction."""
    await _create_in(connection, schema)
    if role is not None and schema != "public":
        await connection.execute(f"grant usage on schema {_quote(schema)} to {_both(role)}")
    for table in view.tables:
        name = table.sql.name
        await connection.execute(str(CreateTable(table.sql, if_not_exists=True).compile(dialect=_DIALECT)))
        await _index(connection, [index for index in table.sql.indexes if index.unique])  # those that folding needs
        seen = table.shared or table.scope is not None
        if seen and not await connection.fetchval(_HAS_POLICY, f"{_quote(schema)}.{_quote(name)}"):
            await connection.execute(_policy(table))
        if role is not None:
            await connection.execute(f"grant select, insert, update, delete on {_quote(name)} to {_quote(role)}")
            scoped = f"grant select on {_quote(name)} to" if seen else f"revoke all on {_quote(name)} from"
            await connection.execute(f"{scoped} {_quote(scoped_role(role))}")


async def make_indexes(connection: Any, view: View, schema: str) -> None:
    """What is missing of the indexes, in the caller's transaction."""
    await _create_in(connection, schema)
    for table in view.tables:
        await _index(connection, table.sql.indexes)


async def _index(connection: Any, indexes: Iterable[Index]) -> None:
    for index in sorted(indexes, key=lambda index: str(index.name)):
        await connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT)))


async def create_reactions(connection: Any, reactions: Iterable[Reaction]) -> None:
    """Creates what is missing of the reactions: from now on they act.

    At migration, not when a worker first runs: an event that the API takes in before that must have its effect
    (test_what_is_recorded_between_migration_and_the_first_worker_has_its_effect).
    """
    for reaction in reactions:
        await ProgressTable(reaction.subscription, reaction.source.name).begin(connection, partitions_of(reaction.source))


def partitions_of(source: OwnLog | Topic) -> list[int]:
    """The partitions that a source has."""
    return list(range(PARTITIONS)) if isinstance(source, Topic) else [PARTITION]


async def _create_in(connection: Any, schema: str) -> None:
    await connection.execute("select set_config('search_path', $1, true)", _quote(schema))


def _both(role: str) -> str:
    return f"{_quote(role)}, {_quote(scoped_role(role))}"


def _policy(table: Table) -> str:
    """Row security for the scoped role. The service's own role bypasses it: PostgreSQL copies into no table under row security,
    and reads that see everything pay nothing for it. A subquery asks the setting once, not per row, and an index can serve it.
    """
    name = _quote(table.sql.name)
    rows = "true" if table.scope is None else f"{_quote(table.scope)} = any((select current_setting('{SCOPE}'))::text[])"
    return f"alter table {name} enable row level security; create policy scope on {name} using ({rows})"
