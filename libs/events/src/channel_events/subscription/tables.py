"""Making the tables of views and the beginnings of reactions: by the owning role, at migration."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from channel_events.partition import PARTITIONS
from channel_events.reaction import Reaction
from channel_events.subscription.own_log import PARTITION
from channel_events.subscription.progress import ProgressTable
from channel_events.view import SCOPE, Topic, View

_LOCK = 0x71766965  # "qvie"


async def create_view_tables(connection: Any, views: Iterable[View], *, role: str | None = None) -> None:
    """Creates what is missing of the views' tables and indexes; ``role``, when given, may then read and write them.

    ``connection`` is asyncpg's, of the owning role. Several processes may do it at once.
    """
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        for declared in (table for view in views for table in view.tables):
            table = declared.sql
            await connection.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                await connection.execute(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))
            if declared.scope is not None:
                await connection.execute(_policy(dialect.identifier_preparer.quote, table.name, declared.scope))
            if role is not None:
                name, to = dialect.identifier_preparer.quote(table.name), dialect.identifier_preparer.quote(role)
                await connection.execute(f"grant select, insert, update, delete on {name} to {to}")


async def create_reactions(connection: Any, reactions: Iterable[Reaction]) -> None:
    """Creates what is missing of the reactions: from now on they act.

    At migration, not when a worker first runs: an event that the API takes in before that must have its effect
    (test_what_is_recorded_between_migration_and_the_first_worker_has_its_effect).
    """
    for reaction in reactions:
        partitions = range(PARTITIONS) if isinstance(reaction.source, Topic) else [PARTITION]
        await ProgressTable(reaction.subscription, reaction.source.name).load(connection, partitions)


def _policy(quote: Callable[[str], str], table: str, column: str) -> str:
    """Row security by `SCOPE`; both questions to the setting are subqueries, so that they are asked once and not per row."""
    setting = f"current_setting('{SCOPE}', true)"
    everything = f"(select coalesce({setting}, '') = '')"
    allowed = f"(select case when coalesce({setting}, '') = '' then '{{}}' else {setting}::text[] end)"
    return (
        f"alter table {quote(table)} enable row level security; drop policy if exists scope on {quote(table)}; "
        f"create policy scope on {quote(table)} using ({everything} or {quote(column)} = any({allowed}::text[]))"
    )
