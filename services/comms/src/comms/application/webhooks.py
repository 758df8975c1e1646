"""Webhooks: one as it is now, and the secrets that sign what is sent to it."""

import base64
from collections.abc import Callable
from datetime import datetime

from channel_events import Log, On, Rejected

from comms.domain.webhook import WEBHOOK, RotateWebhookSecret, Webhook

PREFIX = "whsec_"


async def find_webhook(log: Log, webhook_id: str) -> tuple[Webhook, str | None]:
    """The webhook as it is now, and the tag of its stream; ``webhook_unknown`` when there is none, or none any more."""
    found = await log.current(WEBHOOK, webhook_id)
    if found.state.wish is None:
        raise Rejected("webhook_unknown", webhook_id=webhook_id)
    return found.state, found.tag


def new_secret(random: bytes) -> str:
    """As Standard Webhooks writes one."""
    return PREFIX + base64.b64encode(random).decode()


def rotating(webhook_id: str, previous_until: datetime) -> Callable[[str], On]:
    """The command by which the secret of a name signs, and those before it until then."""
    return lambda secret_id: On(WEBHOOK, RotateWebhookSecret(webhook_id=webhook_id, secret_id=secret_id, previous_until=previous_until))
