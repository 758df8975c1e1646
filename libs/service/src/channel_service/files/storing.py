"""The bytes of files, in a table of the service's database: what backs that up backs them up, and each copy is a row for ever the same."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from channel_events import connect_as

from channel_service.lost import Unavailable

Fetch = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]
"""Rows of a statement: ``fetch(sql, *values)``."""

# Not compressed: files of these kinds are already, and a part of one is read without the rest.
TABLES = """
create table kept_bytes (
  copy_id    text primary key,
  partner_id text not null,
  sha256     text not null,
  bytes      bytea not null,
  stored_at  timestamptz not null default now(),
  checked_at timestamptz not null default now(),
  damaged    boolean not null default false
);
alter table kept_bytes alter column bytes set storage external;
create index on kept_bytes (checked_at);
create index on kept_bytes (stored_at);
"""
"""For a revision of a service that keeps files."""
GRANTS = 'grant select, insert, delete, update (checked_at, damaged) on kept_bytes to "{role}";'
"""For `Service.grants`."""

PART_BYTES = 262_144
_WHOLE = "select encode(sha256(bytes), 'hex') = sha256 from kept_bytes where copy_id = $1"
_PART = "select substring(bytes from $2 for $3) as part from kept_bytes where copy_id = $1"
_DAMAGE = (asyncpg.DataCorruptedError, asyncpg.InternalServerError)
"""What PostgreSQL says of a row whose pages are not what was written to them."""


class Store:
    """Of the database at ``dsn``, with connections of its own, which may write."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def put(self, copy_id: str, partner_id: str, sha256: str, content: bytes | bytearray) -> None:
        """Returns when it is there for good."""
        async with self._connected() as connection:
            await connection.execute(
                "insert into kept_bytes (copy_id, partner_id, sha256, bytes) values ($1, $2, $3, $4)", copy_id, partner_id, sha256, content
            )

    async def drop(self, copy_ids: Collection[str]) -> None:
        if not copy_ids:
            return
        async with self._connected() as connection:
            await connection.execute("delete from kept_bytes where copy_id = any($1::text[])", list(copy_ids))

    async def check(self, copy_ids: Collection[str]) -> list[str]:
        """Works out the hashes anew and notes which are not what they were; those."""
        if not copy_ids:
            return []
        async with self._connected() as connection:
            damaged = [one for one in copy_ids if await is_whole(connection.fetch, one) is False]
            await connection.execute(
                "update kept_bytes set checked_at = now(), damaged = (copy_id = any($2::text[])) where copy_id = any($1::text[])",
                list(copy_ids),
                damaged,
            )
        return damaged

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await connect_as(self._dsn, "qudao-files", seconds=60, synchronous_commit="on")
        try:
            yield connection
        finally:
            await connection.close(timeout=5)


async def is_whole(fetch: Fetch, copy_id: str) -> bool | None:
    """Whether its bytes have their hash; None when there are none."""
    try:
        rows = await fetch(_WHOLE, copy_id)
    except _DAMAGE:
        return False
    return bool(next(iter(rows[0].values()))) if rows else None


async def parts(fetch: Fetch, copy_id: str, size: int) -> AsyncIterator[bytes]:
    """Its bytes, in parts: nobody holds a whole one. `Unavailable` when it goes in between: what was sent is no file then."""
    for at in range(0, size, PART_BYTES):
        rows = await fetch(_PART, copy_id, at + 1, PART_BYTES)
        if not rows:
            raise Unavailable("the file was removed while it was read")
        yield rows[0]["part"]
