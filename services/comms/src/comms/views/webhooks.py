"""Webhooks as they are now; also what tells which of them an event is sent to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channel_events import (
    BOOLEAN,
    DATE,
    SEARCH,
    TEXT,
    Change,
    Copy,
    Delete,
    OwnLog,
    Recorded,
    Set,
    Table,
    View,
    search_index,
    searchable,
)

from comms.domain.notice import ALL, SUBSCRIBERS, Subscriber
from comms.domain.webhook import WEBHOOK, WebhookDefined, WebhookDisabled, WebhookSecretRotated, WebhookUnsubscribed

TABLE = Table(
    "webhook",
    key=("webhook_id",),
    columns={
        "webhook_id": TEXT,
        "partner_id": TEXT,
        "url": TEXT,
        "event_types": TEXT,
        "active": BOOLEAN,
        "disabled": TEXT,
        "secret_id": TEXT,
        "changed_on": DATE,
        **SEARCH,
    },
    scope="partner_id",
)
"""``event_types`` with blanks between them."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case WebhookDefined(wish=wish) as e:
            said: dict[str, Any] = {"url": wish.url, "event_types": " ".join(wish.event_types), "active": wish.active}
            said |= searchable(e.webhook_id, e.partner_id or "", wish.url, *wish.event_types)
            yield Set((e.webhook_id,), partner_id=e.partner_id, disabled=None, changed_on=e.occurred_on, **said)
        case WebhookSecretRotated() as e:
            yield Set((e.webhook_id,), secret_id=e.secret_id)
        case WebhookDisabled() as e:
            yield Set((e.webhook_id,), active=False, disabled=e.reason, changed_on=e.occurred_on)
        case WebhookUnsubscribed() as e:
            yield Delete((e.webhook_id,))


WEBHOOKS = View("webhooks", version=1, of=OwnLog(events=WEBHOOK.events), tables=TABLE, changes=changes)
search_index(TABLE)


def _read(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, tuple[Subscriber, ...]]:
    return {ALL: tuple(Subscriber(row["webhook_id"], row["partner_id"], frozenset(row["event_types"].split())) for row in rows)}


SUBSCRIBED = Copy(
    SUBSCRIBERS,
    f"""
    select webhook_id, partner_id, event_types from {TABLE.sql.name}
     where active and secret_id is not null and cardinality($1::text[]) > 0 order by webhook_id
    """,
    _read,
)
