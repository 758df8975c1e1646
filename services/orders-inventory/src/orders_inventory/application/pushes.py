"""Keeping what a source pushes: one durable append, after which the platform may forget it."""

import base64
from datetime import datetime
from hashlib import sha256

from channel_events import Actor, Appended, Deciding, On

from orders_inventory.connectors import Connector, Delivery
from orders_inventory.domain.push import PUSH, PushReceived, Receive, push_key
from orders_inventory.domain.source import SOURCE, AcceptPush

MAX_BYTES = 600_000
"""Of a pushed body: in base64 it still fits into an event."""
_MOST_ESCAPED = 800_000


async def receive_push(
    log: Deciding, source: str, connector: Connector, delivery: Delivery, secret_id: str, at: datetime, by: Actor
) -> tuple[str, Appended]:
    """Keeps a delivery whose signature by ``secret_id`` is right; the push's id, and no event when it was kept before.

    Raises `Rejected`: ``push_unsigned`` when the secret has ended by now, ``source_inactive``, ``push_id_reused``.
    """
    push = received(source, connector, delivery)
    accept = On(SOURCE, AcceptPush(source, secret_id, at))
    return push.push_id, await log.execute(accept, On(PUSH, push_key(source, push.push_id), Receive(push)), by=by)


def received(source: str, connector: Connector, delivery: Delivery) -> PushReceived:
    """The delivery as it is kept."""
    encoding, body = _kept(delivery.body)
    return PushReceived(
        source=source,
        push_id=connector.identify(delivery),
        platform=connector.platform,
        headers={name: value[:500] for name in connector.kept if (value := delivery.headers.get(name)) is not None},
        encoding=encoding,
        body=body,
        digest=sha256(delivery.body).hexdigest(),
    )


def _kept(body: bytes) -> tuple[str, str]:
    """As text where it is text, so that people can read it in the log; else, or where escapes would make it too long, in base64."""
    try:
        text = body.decode()
        if (
            "\0" not in text
            and len(body) + body.count(b'"') + body.count(b"\\") + 5 * sum(body.count(c) for c in _CONTROLS) <= _MOST_ESCAPED
        ):
            return "text", text
    except UnicodeDecodeError:
        pass
    return "base64", base64.b64encode(body).decode()


_CONTROLS = [bytes([n]) for n in range(1, 32)]


def delivery_of(push: PushReceived) -> Delivery:
    """The delivery as it came, but for headers that are not kept."""
    return Delivery(push.headers, base64.b64decode(push.body) if push.encoding == "base64" else push.body.encode())
