"""A service that keeps files, and what else its tests need."""

import hashlib
from typing import Any

import asyncpg
import httpx
from channel_events import Actor, On
from channel_service import ProblemCatalogue, Role, Service
from channel_service.files import FILE_PROBLEMS, GRANTS, KEPT_FILES, KEPT_FILES_VIEW, MEASURES, TENDING, NameFiles, file_routes
from channel_service.testing import Running, fold

FILING = Service(
    "channel-events",
    title="Filing",
    summary="Keeps files.",
    deciders=[KEPT_FILES],
    views=[KEPT_FILES_VIEW],
    works=[TENDING],
    measures=MEASURES,
    routers=[file_routes(puts=[Role.FINANCE, Role.PARTNER])],
    problems=ProblemCatalogue(FILE_PROBLEMS),
    migrations="specimen.file_migrations",
    grants=GRANTS,
)
BY = Actor("test")


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(content: bytes, partner_id: str = "p-1") -> str:
    return f"/v1/partners/{partner_id}/files/{hash_of(content)}"


async def put(client: Running, content: bytes, partner_id: str = "p-1", media_type: str = "text/plain") -> httpx.Response:
    return await client.put(path_of(content, partner_id), content=content, headers={"content-type": media_type})


async def name(client: Running, *contents: bytes, partner_id: str = "p-1") -> None:
    """Something rests on these files from now on; `Rejected` (``file_not_kept``)."""
    naming = NameFiles(partner_id=partner_id, files=tuple(hash_of(one) for one in contents), named_by="test")
    await client.runtime.log.execute(On(KEPT_FILES, partner_id, naming), by=BY)


async def folded(client: Running) -> None:
    """The view has seen all."""
    await fold(client.runtime.settings.database_url, KEPT_FILES_VIEW, await client.runtime.log.read(after=0, limit=10_000))


async def done(client: Running, statement: str) -> None:
    """What somebody does to the database by hand."""
    connection = await asyncpg.connect(client.runtime.settings.database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def rows(client: Running, sql: str, *values: Any) -> Any:
    return await client.runtime.fetch(sql, *values)
