"""Who signed a delivery: the sources' secrets, opened and kept in memory, looked up again when none of those known fits."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from channel_events import Deciding, Rejected
from msgspec import Struct

from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.connectors import Connector, Delivery
from orders_inventory.domain.codes import checked_source
from orders_inventory.domain.source import SOURCE

Opened = Callable[[str, Sequence[str]], Awaitable[dict[str, str]]]
"""The secrets of a source by id."""


class Keys(Struct, frozen=True):
    """What is known of one source: its platform's connector, and its secrets with their ids."""

    connector: Connector
    ids: tuple[str, ...]
    secrets: tuple[str, ...]
    read_at: float


class SourceKeys:
    """One per process. A secret that ended is refused by the log, which decides on the source as it is; so nothing here is ever
    too old to be right, only too old to know a new secret: then it is read again."""

    def __init__(self, log: Deciding, opened: Opened) -> None:
        self._log, self._opened = log, opened
        self._known: dict[str, Keys] = {}
        self._reading = asyncio.Lock()

    def known(self, source: str) -> Connector | None:
        """The connector of a source that `signer` was just asked for; ``None`` when there is no such source."""
        keys = self._known.get(source)
        return None if keys is None else keys.connector

    async def signer(self, source: str, delivery: Delivery, now: datetime, *, look: bool = True) -> tuple[Connector, str] | None:
        """The connector and the id of the secret that signed; ``None`` for an unknown source and a signature that is missing or wrong.

        Without ``look`` only the secrets in memory count."""
        asked = time.monotonic()
        keys = self._known.get(source)
        found = None if keys is None else _signer(keys, delivery, now)
        if found is None and look and (keys := await self._read(source, asked)) is not None:
            found = _signer(keys, delivery, now)
        return found

    async def _read(self, source: str, asked: float) -> Keys | None:
        """The keys as they are at ``asked`` or later. One read at a time: a flood of wrong signatures shares it."""
        async with self._reading:
            keys = self._known.get(source)
            if keys is not None and keys.read_at >= asked:
                return keys
            began = time.monotonic()
            keys = await self._look_up(source, began)
            if keys is None:
                self._known.pop(source, None)
            else:
                self._known[source] = keys
            return keys

    async def _look_up(self, source: str, began: float) -> Keys | None:
        try:
            found = (await self._log.current(SOURCE, checked_source(source))).state
        except Rejected:
            return None
        if found.platform is None:
            return None
        secrets = await self._opened(source, list(found.secrets))
        return Keys(CONNECTORS[found.platform], tuple(secrets), tuple(secrets.values()), began)


def _signer(keys: Keys, delivery: Delivery, now: datetime) -> tuple[Connector, str] | None:
    number = keys.connector.signed_by(delivery, keys.secrets, now)
    return None if number is None else (keys.connector, keys.ids[number])
