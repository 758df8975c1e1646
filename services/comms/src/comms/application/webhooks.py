"""Webhooks: one as it is now, and the secrets that sign what is sent to it."""

import base64
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from channel_events import Actor, Appended, CommandKey, Log, On, Rejected

from comms.domain.webhook import WEBHOOK, RotateWebhookSecret, Webhook

_KEEP = "insert into webhook_secret (webhook_id, secret_id, sealed) values ($1, $2, $3)"
_STORED = "select secret_id, sealed from webhook_secret where webhook_id = $1 and secret_id = any($2::text[])"
GRANTS = 'grant select, insert on webhook_secret to "{role}";'
PREFIX, SECRET_BYTES = "whsec_", 32


async def find_webhook(log: Log, webhook_id: str) -> tuple[Webhook, str | None]:
    """The webhook as it is now, and the tag of its stream; ``webhook_unknown`` when there is none, or none any more."""
    found = await log.current(WEBHOOK, webhook_id)
    if found.state.wish is None:
        raise Rejected("webhook_unknown", webhook_id=webhook_id)
    return found.state, found.tag


def _sealed_as(webhook_id: str, secret_id: str) -> str:
    return f"webhook/{webhook_id}/{secret_id}"


async def rotate_webhook_secret(
    log: Log,
    connection: Any,
    seal: Callable[[str, str], bytes],
    webhook_id: str,
    previous_until: datetime,
    by: Actor,
    key: CommandKey | None,
) -> tuple[str, str | None, Appended]:
    """A new secret that signs at once, beside those before it until the given time: its id, itself, and the event.

    The secret is None when a repeated key found it done: it is shown once. It is stored before the event makes it count: a crash
    between the two leaves a sealed text that nobody has.
    """
    await find_webhook(log, webhook_id)
    secret_id = secrets.token_hex(8)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    await connection.execute(_KEEP, webhook_id, secret_id, seal(secret, _sealed_as(webhook_id, secret_id)))
    command = RotateWebhookSecret(webhook_id=webhook_id, secret_id=secret_id, previous_until=previous_until)
    appended = await log.execute(On(WEBHOOK, command), by=by, key=key)
    if appended.replayed:
        return appended.events[0].data.secret_id, None, appended
    return secret_id, secret, appended


async def signing_secrets(connection: Any, unseal: Callable[[bytes, str], str], webhook_id: str, names: list[str]) -> list[str]:
    """The secrets of these names, in their order."""
    stored = {row["secret_id"]: row["sealed"] for row in await connection.fetch(_STORED, webhook_id, names)}
    return [unseal(stored[name], _sealed_as(webhook_id, name)) for name in names if name in stored]
