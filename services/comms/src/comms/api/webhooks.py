"""Webhooks: who is sent what, with which secret."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from channel_events import Rejected
from channel_service import (
    BRAND,
    ROTATION,
    Allow,
    By,
    Caller,
    Code,
    Commands,
    Key,
    Listing,
    LogDep,
    NewSecret,
    Principal,
    Role,
    Rotation,
    RuntimeDep,
    list_route,
    only_for_itself,
    set_etag,
)
from fastapi import APIRouter, Depends, Request, Response
from msgspec.structs import replace
from pydantic import BaseModel, Field

from comms.application.webhooks import find_webhook, new_secret, rotating
from comms.domain.webhook import ChangeWebhook, SubscribeWebhook, UnsubscribeWebhook, Webhook
from comms.senders.webhook import SECRETS
from comms.views.webhooks import TABLE, WEBHOOKS

MANAGE = [Role.CHANNEL_MANAGER, Role.PARTNER]


async def its_own(request: Request, runtime: RuntimeDep, log: LogDep, caller: Caller) -> None:
    """A partner sees and changes its own; whose a webhook is never changes, so it may be asked before the command is decided."""
    if (webhook_id := request.path_params.get("webhook_id")) is None or caller.scope is None:
        return
    webhook, _ = await find_webhook(log, webhook_id)
    if webhook.partner_id is None or not await runtime.sees(caller, webhook.partner_id):
        raise Rejected("webhook_unknown", webhook_id=webhook_id)
    if request.method != "GET":
        only_for_itself(caller, webhook.partner_id)


router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=[Allow(*BRAND, Role.PARTNER), Depends(its_own)])


class SecretOut(BaseModel):
    secret_id: str = Field(examples=["4f1d0c9a2b3e5d67"])
    until: datetime | None = Field(description="Until when it signs; null for the newest.")


class WebhookOut(BaseModel):
    """A webhook as it is now. Secrets are named, never shown again."""

    webhook_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    partner_id: str | None = Field(description="Null: the brand's own, which is sent everything.", examples=["p-1001"])
    url: str = Field(examples=["https://erp.example.com/hooks/qudao"])
    event_types: list[str] = Field(examples=[["orders_inventory.order_placed"]])
    active: bool
    disabled: str | None = Field(description="Why it is sent to no more, when the other side wanted that.")
    secrets: list[SecretOut]

    @classmethod
    def of(cls, webhook_id: str, webhook: Webhook, now: datetime) -> "WebhookOut":
        wish = webhook.wish
        if wish is None:
            raise Rejected("webhook_unknown", webhook_id=webhook_id)
        return cls(
            webhook_id=webhook_id,
            partner_id=webhook.partner_id,
            url=wish.url,
            event_types=list(wish.event_types),
            active=wish.active,
            disabled=webhook.disabled,
            secrets=[SecretOut(secret_id=name, until=webhook.secrets[name]) for name in webhook.signing(now)],
        )


class WebhookRow(BaseModel):
    webhook_id: str = Field(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])
    partner_id: str | None = Field(examples=["p-1001"])
    url: str = Field(examples=["https://erp.example.com/hooks/qudao"])
    event_types: str = Field(description="With blanks between them.", examples=["orders_inventory.order_placed"])
    active: bool
    disabled: str | None
    secret_id: str | None = Field(description="The newest secret; without one nothing is sent.")
    changed_on: date


def _as_caller(caller: Principal, c: SubscribeWebhook) -> SubscribeWebhook:
    if caller.scope is None:
        return c
    only_for_itself(caller, c.partner_id or caller.scope)
    return replace(c, partner_id=caller.scope)


commands = Commands(router)
commands.post("", SubscribeWebhook, by_caller=_as_caller, allow=MANAGE, created=True, summary="Subscribe a webhook")
commands.put("/{webhook_id}", ChangeWebhook, allow=MANAGE, summary="Change what is sent where")
commands.delete("/{webhook_id}", UnsubscribeWebhook, allow=MANAGE, summary="Unsubscribe it")


@router.post("/{webhook_id}/secrets", dependencies=[Allow(*MANAGE)], summary="Give it a new secret", status_code=201)
async def post_webhook_secret(webhook_id: Code, runtime: RuntimeDep, log: LogDep, by: By, key: Key, body: Rotation = ROTATION) -> NewSecret:
    """The first one lets it be sent to. Each later one signs beside those before it for a while, so that the other side can change over."""
    await find_webhook(log, webhook_id)
    return await SECRETS.rotate(log, runtime.settings, webhook_id, new_secret, rotating(webhook_id, body.previous_until), by, key)


WEBHOOK_LIST = Listing(WEBHOOKS, sa.select(TABLE.sql), order=[TABLE.sql.c.webhook_id], search=TABLE)
"""Found by any part of an id, a partner's id, an address or an event type."""
list_route(router, "", WEBHOOK_LIST, WebhookRow, summary="Webhooks")


@router.get("/{webhook_id}", summary="One webhook")
async def get_webhook(webhook_id: Code, log: LogDep, response: Response) -> WebhookOut:
    """Always current."""
    found, tag = await find_webhook(log, webhook_id)
    set_etag(response, tag, dated=True)  # which secrets still sign depends on the time
    return WebhookOut.of(webhook_id, found, datetime.now(UTC))
