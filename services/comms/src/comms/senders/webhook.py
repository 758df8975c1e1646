"""Webhooks, signed as Standard Webhooks has it: what a partner or the brand's own systems subscribed to, sent by POST."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
from channel_events import Actor, Backoff, Breaker, NotSent, On, Outgoing, PerSecond, Send, Sender, pool_as
from channel_service import KeptSecrets, Process, Sealer, outgoing_client

from comms.application.webhooks import PREFIX
from comms.domain.notice import NoticeWanted
from comms.domain.webhook import WEBHOOK, DisableWebhook

_GONE = 410
SECRETS = KeptSecrets("webhook_secret", owner="webhook_id", thing="webhook")
"""What is sent is signed with."""


def body_of(notice: NoticeWanted) -> bytes:
    """The same bytes at every try."""
    said = {"type": notice.event_type, "timestamp": notice.recorded_at, "id": notice.event_id, "data": notice.data}
    return msgspec.json.encode(said)


def signed(id_: str, at: datetime, body: bytes, secrets: list[str]) -> dict[str, str]:
    """The headers that prove where it comes from: a signature with each of the secrets, so that one can be changed for another."""
    seconds = str(int(at.timestamp()))
    keys = (base64.b64decode(one.removeprefix(PREFIX)) for one in secrets)
    proofs = (hmac.new(key, f"{id_}.{seconds}.".encode() + body, hashlib.sha256).digest() for key in keys)
    signatures = " ".join(f"v1,{base64.b64encode(proof).decode()}" for proof in proofs)
    return {"webhook-id": id_, "webhook-timestamp": seconds, "webhook-signature": signatures, "content-type": "application/json"}


@asynccontextmanager
async def sending(process: Process) -> AsyncIterator[Send]:
    """A client, and a connection or two to look up secrets."""
    sealer = Sealer.of(process.settings)
    async with (
        outgoing_client(loopback=process.settings.outgoing_loopback) as client,
        await pool_as(process.settings.database_url, "qudao-webhooks", most=2) as pool,
    ):

        async def send(outgoing: Outgoing) -> str:
            notice: NoticeWanted = outgoing.intent.data
            webhook = await process.log.state(WEBHOOK, notice.webhook_id)
            if webhook.wish is None or not webhook.wish.active:
                raise NotSent("it is subscribed no more", for_good=True)
            now, body = datetime.now(UTC), body_of(notice)
            secrets = await SECRETS.opened(pool.fetch, sealer, notice.webhook_id, webhook.signing(now))
            answer = await client.post(webhook.wish.url, signed(outgoing.id, now, body, list(secrets.values())), body)
            if answer.status == _GONE:
                await disable(process, outgoing)
                raise NotSent("410: it is gone", for_good=True)
            if not 200 <= answer.status < 300:
                raise NotSent(str(answer.status), again_after=answer.again_after)
            return str(answer.status)

        yield send


async def disable(process: Process, outgoing: Outgoing) -> None:
    """As Standard Webhooks has it: whoever answers 410 is not sent to again."""
    notice: NoticeWanted = outgoing.intent.data
    by = Actor("sender/webhook", reason="answered 410", correlation=outgoing.intent.correlation, causation=outgoing.intent.id)
    await process.log.execute(On(WEBHOOK, DisableWebhook(webhook_id=notice.webhook_id, reason="410")), by=by)


WEBHOOK_SENDER = Sender(
    "webhook",
    intents=[NoticeWanted],
    send=sending,
    # The notice's stream is named by the event and the webhook: sent again after whatever loss, it is still the same.
    id=lambda event: event.key,
    target=lambda event: event.data.webhook_id,
    retry=Backoff(tries=10, first=120, longest=8 * 3600),
    limit=PerSecond(20, burst=100),
    breaker=Breaker(failures=5, seconds=60),
    seconds=20,
    shows=["partner_id", "event_type", "event_id"],
    scope="partner_id",
)
