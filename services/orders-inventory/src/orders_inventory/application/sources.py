"""Sources: how each is set up, and the secrets they sign with."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from channel_events import Actor, Appended, CommandKey, Log, On, Rejected, Steps

from orders_inventory.application.platforms import CONNECTORS
from orders_inventory.domain.source import SOURCE, DefineSource, RotateSecret, Source

SECRET_BYTES = 32
_KEEP = "insert into source_secret (source, secret_id, sealed) values ($1, $2, $3)"
GRANTS = 'grant select, insert on source_secret to "{role}";'

Seal = Callable[[str, str], bytes]


def defining(c: DefineSource) -> Steps:
    """Of a platform that there is a connector for."""
    if c.platform not in CONNECTORS:
        raise Rejected("platform_unknown", platform=c.platform, known=", ".join(CONNECTORS))
    return (yield On(SOURCE, c))


async def find_source(log: Log, source: str) -> tuple[Source, str | None]:
    """The source as it is now, and the tag of its stream; ``source_unknown`` when there is none."""
    found = await log.current(SOURCE, source)
    if found.state.settings is None:
        raise Rejected("source_unknown", source=source)
    return found.state, found.tag


def sealed_as(source: str, secret_id: str) -> str:
    """What a secret is sealed as, so that it opens as no other."""
    return f"source/{source}/{secret_id}"


async def rotate_secret(
    log: Log,
    connection: Any,
    seal: Seal,
    source: str,
    previous_for: timedelta,
    now: datetime,
    by: Actor,
    key: CommandKey | None,
) -> tuple[str, str | None, Appended]:
    """A new secret that counts at once, while those before it count for ``previous_for`` more: its id, itself, and the event.

    The secret is ``None`` when a repeated key found the rotation done: it is shown once. It is stored before the event makes it
    count: a crash between the two leaves a sealed text that nobody has, and the old secret in force.
    """
    found, _ = await find_source(log, source)
    secret_id = secrets.token_hex(8)
    secret = CONNECTORS[str(found.platform)].new_secret(secrets.token_bytes(SECRET_BYTES))
    await connection.execute(_KEEP, source, secret_id, seal(secret, sealed_as(source, secret_id)))
    command = RotateSecret(source=source, secret_id=secret_id, previous_until=now + previous_for)
    appended = await log.execute(On(SOURCE, command), by=by, key=key)
    if appended.replayed:
        return appended.events[0].data.secret_id, None, appended
    return secret_id, secret, appended
