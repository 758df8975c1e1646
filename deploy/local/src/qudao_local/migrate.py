"""``python -m qudao_local.migrate MODULE...``: the migrations of services, one after another.

The same as ``python -m <service> migrate`` for each of them, but what they import is imported while PostgreSQL starts: that is most of
the time it takes. The owners' URLs come as JSON on the environment: command lines are
visible to every user of the machine.
"""

import asyncio
import importlib
import json
import os
import sys

import asyncpg

from qudao_local.services import OWNER_URLS

PATIENCE = 120.0
"""Seconds that PostgreSQL and the databases may take to be there."""

_NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.InvalidCatalogNameError, asyncpg.InvalidPasswordError)


async def _there(url: str) -> None:
    """Returns when the owner can connect: server, role, password and database are made by the launcher meanwhile."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                connection = await asyncpg.connect(url)
            except _NOT_YET:
                await asyncio.sleep(0.1)
            else:
                return await connection.close()


async def _all(modules: list[str], urls: dict[str, str]) -> None:
    from channel_service.migrations import migrate  # after the arguments are known to be right: it takes seconds

    services = {module: importlib.import_module(f"{module}.app").SERVICE for module in modules}
    for module, service in services.items():  # one after another: Alembic's context is one per process
        await _there(urls[module])
        revisions = await migrate(service, urls[module], role=module)
        print(f"{module} is at {', '.join(f'{way} {revision}' for way, revision in revisions.items())}", flush=True)


if __name__ == "__main__":
    asyncio.run(_all(sys.argv[1:], json.loads(os.environ[OWNER_URLS])))
