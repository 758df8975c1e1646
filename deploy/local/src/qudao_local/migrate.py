"""``python -m qudao_local.migrate MODULE...``: the migrations of several services in one process.

The same as ``python -m <service> migrate`` for each of them, but what they all import is imported once, which is most of
the time it takes. The owners' URLs come as JSON on the environment: command lines are visible to every user of the machine.
"""

import asyncio
import importlib
import json
import os
import sys

from channel_service.migrations import migrate

URLS = "QUDAO_OWNER_URLS"
"""A JSON object: the owner's URL of each module's database."""


async def _all(urls: dict[str, str]) -> None:
    for module, url in urls.items():  # one after another: Alembic's context is one per process
        revision = await migrate(importlib.import_module(f"{module}.app").SERVICE, url, role=module)
        print(f"{module} is at {revision}", flush=True)


if __name__ == "__main__":
    urls = json.loads(os.environ[URLS])
    asyncio.run(_all({module: urls[module] for module in sys.argv[1:]}))
