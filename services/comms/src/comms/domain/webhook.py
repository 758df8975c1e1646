"""A webhook: which events are sent to which address of a partner, or of the brand's own systems, and its secrets' lives.

The secrets themselves are never in the log; here are only their names and until when each counts.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from channel_events.pure import Decider, Known, Rejected, command, event
from channel_terms import Code, Written, Wrong
from msgspec import Meta, Struct
from msgspec.structs import replace

_URL = re.compile(r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]{1,5})?(/[!-~]*)?", re.ASCII)
_TYPE = re.compile(r"[a-z]+(_[a-z]+)*\.(\*|[a-z]+(_[a-z]+)*(\.v[0-9]+)?)", re.ASCII)


def _url(value: Any) -> Any:
    """Plain HTTP only to this very machine, which only a setting for tests lets out."""
    if isinstance(value, str) and not _URL.fullmatch(value):
        raise Wrong(
            "must be an https address, like https://erp.example.com/hooks/qudao", "应为 https 地址，如 https://erp.example.com/hooks/qudao"
        )
    return value


def _event_type(value: Any) -> Any:
    if isinstance(value, str) and not _TYPE.fullmatch(value):
        raise Wrong("must be an event type, like orders_inventory.order_placed", "应为事件类型，如 orders_inventory.order_placed")
    return value


Url: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000, examples=["https://erp.example.com/hooks/qudao"]), Written(_url)]
EventType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200), Written(_event_type)]
WebhookId: TypeAlias = Annotated[Code, Meta(examples=["0f1b6d5e-7a63-4c0e-9d0e-6f4a1f6f2b11"])]


class Wish(Struct, frozen=True, kw_only=True):
    """What is sent where."""

    url: Annotated[Url, Meta(description="Where it is sent to, by POST. Redirects are not followed.")]
    event_types: Annotated[
        tuple[EventType, ...],
        Meta(
            min_length=1,
            max_length=100,
            description="Public event types; `orders_inventory.*` is all of a service.",
            examples=[["orders_inventory.order_placed"]],
        ),
    ]
    active: Annotated[bool, Meta(description="What happens while it is not active is never sent.")] = True


@event("webhook_defined")
class WebhookDefined(Struct, frozen=True, kw_only=True):
    """It is so from now on; a later one replaces it, but for the partner, who is fixed. Without one it is the brand's own."""

    webhook_id: str
    partner_id: str | None
    wish: Wish
    occurred_on: date


@event("webhook_secret_rotated")
class WebhookSecretRotated(Struct, frozen=True, kw_only=True):
    """The secret of this name counts from now on; those before it sign too until ``previous_until``."""

    webhook_id: str
    secret_id: str
    previous_until: datetime
    occurred_on: date


@event("webhook_disabled")
class WebhookDisabled(Struct, frozen=True, kw_only=True):
    """The other side said that it is gone."""

    webhook_id: str
    reason: str
    occurred_on: date


@event("webhook_unsubscribed")
class WebhookUnsubscribed(Struct, frozen=True, kw_only=True):
    """It is no more."""

    webhook_id: str
    occurred_on: date


@command("subscribe_webhook", stream="webhook/{webhook_id}")
class SubscribeWebhook(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is sent what happens from now on, once it has a secret. A partner is sent what is its own, the brand everything."""

    webhook_id: Annotated[Code | None, Meta(description="One is given when left out.")] = None
    partner_id: Annotated[Code | None, Meta(description="Whose it is; a partner's own when left out.", examples=["p-1001"])] = None


@command("change_webhook", stream="webhook/{webhook_id}")
class ChangeWebhook(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing. One that was disabled is sent to again when it is set active."""

    webhook_id: WebhookId


@command("unsubscribe_webhook", stream="webhook/{webhook_id}")
class UnsubscribeWebhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing more is sent, not even what waits."""

    webhook_id: WebhookId


@command("rotate_webhook_secret", stream="webhook/{webhook_id}")
class RotateWebhookSecret(Struct, frozen=True, kw_only=True):
    webhook_id: str
    secret_id: str
    previous_until: datetime


@command("disable_webhook", stream="webhook/{webhook_id}")
class DisableWebhook(Struct, frozen=True, kw_only=True):
    webhook_id: str
    reason: str


WebhookEvent: TypeAlias = WebhookDefined | WebhookSecretRotated | WebhookDisabled | WebhookUnsubscribed
WebhookCommand: TypeAlias = SubscribeWebhook | ChangeWebhook | UnsubscribeWebhook | RotateWebhookSecret | DisableWebhook


class Webhook(Struct, frozen=True):
    """``wish`` is None before it is there and after it is no more. ``secrets``: until when each counts, None for ever."""

    wish: Wish | None = None
    partner_id: str | None = None
    disabled: str | None = None
    secrets: dict[str, datetime | None] = {}
    used: bool = False

    def signing(self, at: datetime) -> list[str]:
        """The names of the secrets that sign at this time, the newest first."""
        return [name for name, until in reversed(self.secrets.items()) if until is None or at < until]


def decide(command: WebhookCommand, webhook: Webhook, known: Known) -> Iterator[WebhookEvent]:
    if isinstance(command, SubscribeWebhook):
        yield from _subscribe(command, webhook, known)
        return
    if webhook.wish is None:
        if isinstance(command, UnsubscribeWebhook) and webhook.used:
            return
        raise Rejected("webhook_unknown", webhook_id=command.webhook_id)
    match command:
        case ChangeWebhook(webhook_id=webhook_id):
            if _wish(command) != webhook.wish:
                yield WebhookDefined(webhook_id=webhook_id, partner_id=webhook.partner_id, wish=_wish(command), occurred_on=known.today)
        case UnsubscribeWebhook(webhook_id=webhook_id):
            yield WebhookUnsubscribed(webhook_id=webhook_id, occurred_on=known.today)
        case RotateWebhookSecret(webhook_id=webhook_id, secret_id=secret_id, previous_until=until):
            yield WebhookSecretRotated(webhook_id=webhook_id, secret_id=secret_id, previous_until=until, occurred_on=known.today)
        case DisableWebhook(webhook_id=webhook_id, reason=reason):
            if webhook.wish.active:
                yield WebhookDisabled(webhook_id=webhook_id, reason=reason, occurred_on=known.today)


def _subscribe(command: SubscribeWebhook, webhook: Webhook, known: Known) -> Iterator[WebhookEvent]:
    wish, webhook_id = _wish(command), command.webhook_id or ""
    if not webhook.used:
        yield WebhookDefined(webhook_id=webhook_id, partner_id=command.partner_id, wish=wish, occurred_on=known.today)
    elif command.partner_id not in (None, webhook.partner_id):
        raise Rejected("webhook_unknown", webhook_id=webhook_id)  # to a partner what is not its own is not there
    elif (wish, command.partner_id) != (webhook.wish, webhook.partner_id):
        raise Rejected("webhook_exists", webhook_id=webhook_id)


def _wish(said: Wish) -> Wish:
    return Wish(url=said.url, event_types=tuple(sorted(set(said.event_types))), active=said.active)


def evolve(webhook: Webhook, event: WebhookEvent) -> Webhook:
    match event:
        case WebhookDefined():
            return replace(webhook, wish=event.wish, partner_id=event.partner_id, disabled=None, used=True)
        case WebhookSecretRotated():
            before = {name: min(until or event.previous_until, event.previous_until) for name, until in webhook.secrets.items()}
            return replace(webhook, secrets={**before, event.secret_id: None})
        case WebhookDisabled(reason=reason):
            return replace(webhook, wish=webhook.wish and replace(webhook.wish, active=False), disabled=reason)
        case WebhookUnsubscribed():
            return replace(webhook, wish=None)


WEBHOOK: Decider[WebhookCommand, Webhook, WebhookEvent] = Decider(
    "webhook",
    initial=Webhook(),
    decide=decide,
    evolve=evolve,
    events=[WebhookDefined, WebhookSecretRotated, WebhookDisabled, WebhookUnsubscribed],
)
