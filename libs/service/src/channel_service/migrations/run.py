"""``migrate``: revisions, then tables of views and beginnings of reactions, then the rights of the service's role."""

import asyncpg
from channel_events import schema, scoped_role
from channel_events.log import connect_as
from channel_events.subscription import create_reactions, create_view_tables, drop_retired_builds
from sqlalchemy import Connection
from sqlalchemy.pool import NullPool

from channel_service.migrations.revisions import Revisions, revisions_of
from channel_service.service import Service
from channel_service.settings import BadSettings, scoping

_LOCK = 0x71756461  # "quda": one migration of a database at a time, whoever starts it

_READ_REVISION = 'grant select on {table} to "{{role}}";'


async def migrate(service: Service, owner_url: str, role: str) -> dict[str, str | None]:
    """Brings the database to the head of the library's and the service's revisions as its owner, and lets ``role`` use it.
    Tables of views that are read no more go.

    Doing it again changes nothing; two at once wait for each other. Returns the revisions reached, by the names of
    their ways.
    """
    guard = await connect_as(owner_url, "qudao-migrate", seconds=None)
    try:
        await guard.execute("select pg_advisory_lock($1)", _LOCK)
        ways = revisions_of(service)
        await _check_scoped(guard, role)
        for way in ways:
            await _upgrade(way, owner_url)
        await create_view_tables(guard, service.views, role=role)
        await drop_retired_builds(owner_url, service.views)
        await create_reactions(guard, service.reactions)
        quoted = role.replace('"', '""')
        read = "".join(_READ_REVISION.format(table=way.table) for way in ways)
        await guard.execute((schema.GRANTS + service.grants + ";" + read).format(role=quoted))
        return {way.name: await way.current(guard) for way in ways}
    finally:
        await guard.close()


async def _check_scoped(connection: asyncpg.Connection, role: str) -> None:
    if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", scoped_role(role)):
        raise BadSettings(
            f'the role "{scoped_role(role)}" is missing, as which reads for partners are made; as a superuser run: {scoping(role)}'
        )


async def _upgrade(revisions: Revisions, owner_url: str) -> None:
    from alembic import command
    from sqlalchemy.ext.asyncio import create_async_engine

    async def opened() -> asyncpg.Connection:
        return await connect_as(owner_url, "qudao-migrate", seconds=None, lock_timeout="10s")

    def upgrade(connection: Connection) -> None:
        revisions.config.attributes["connection"] = connection
        command.upgrade(revisions.config, "head")

    engine = create_async_engine("postgresql+asyncpg://", async_creator=opened, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
        await connection.commit()
    await engine.dispose()
