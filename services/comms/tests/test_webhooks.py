"""Webhooks: sent to a real server that fails, hangs, redirects and answers late; to each what is its own, signed, under one id."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest
from channel_events import Backoff, Breaker
from channel_service import Service
from channel_service.partners import PartnerActivated, PartnerApplied
from channel_service.testing import Running, running
from comms.app import SERVICE
from comms.senders.webhook import WEBHOOK_SENDER
from standardwebhooks import Webhook, WebhookVerificationError

from .receiving import Receiver, answer, endless, hang, late
from .registry import REGISTRY, happened

Migrated = Callable[[Service], Awaitable[str]]
DAY = date(2026, 1, 5)
APPLIED = "partner_registry.partner_applied"


class Channel:
    """comms with a registry whose events reach it, and a server to send to."""

    def __init__(self, registry: Running, comms: Running, receiver: Receiver) -> None:
        self.registry, self.comms, self.receiver = registry, comms, receiver

    async def subscribed(self, *types: str, partner: str | None = None, by: Running | None = None, url: str = "") -> tuple[str, str]:
        """A webhook's id and secret, known to whoever looks for webhooks that want an event."""
        by = by or self.comms
        body = {"url": url or f"{self.receiver.url}/hook", "event_types": types or [APPLIED], "partner_id": partner}
        made = await by.post("/v1/webhooks", json=body)
        assert made.status_code == 201, made.text
        webhook_id = made.json()["id"]
        assert made.headers["location"] == f"/v1/webhooks/{webhook_id}"
        given = await by.post(f"/v1/webhooks/{webhook_id}/secrets")
        assert given.status_code == 201, given.text
        await by.get("/v1/webhooks", params={"wait_for": given.json()["token"]})
        return webhook_id, given.json()["secret"]

    async def applies(self, *partners: str) -> None:
        for one in partners:
            await happened(self.registry, one, PartnerApplied(one, one.upper(), "retailer", "CN", DAY))

    async def deliveries(self, webhook_id: str, **wanted: str) -> list[dict[str, Any]]:
        page = (await self.comms.get(f"/v1/webhooks/{webhook_id}/deliveries", params=wanted)).json()
        return list(page["items"])

    async def until(self, webhook_id: str, status: str, count: int = 1) -> list[dict[str, Any]]:
        end = time.monotonic() + 60
        while len(found := await self.deliveries(webhook_id, status=status)) < count:
            assert time.monotonic() < end, await self.deliveries(webhook_id)
            await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def channel_of(migrated: Migrated, kafka: str, topic_prefix: str, **settings: Any) -> AsyncIterator[Channel]:
    broker = {"kafka": kafka, "topic_prefix": topic_prefix}
    async with (
        running(REGISTRY, database_url=await migrated(REGISTRY), **broker) as registry,
        running(SERVICE, database_url=await migrated(SERVICE), **broker, **settings) as comms,
        Receiver().listening() as receiver,
    ):
        yield Channel(registry, comms, receiver)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WEBHOOK_SENDER, "retry", Backoff(first=0.01, longest=0.05))
    monkeypatch.setattr(WEBHOOK_SENDER, "breaker", Breaker(failures=1000))
    monkeypatch.setattr("channel_events.sending.run._PASSED_SECONDS", 0.1)
    monkeypatch.setattr("channel_events.sending.run._COUNT_SECONDS", 0.5)


@pytest.fixture
async def channel(migrated: Migrated, kafka: str, topic_prefix: str) -> AsyncIterator[Channel]:
    async with channel_of(migrated, kafka, topic_prefix, outgoing_loopback=True) as one:
        yield one


async def test_an_event_of_another_service_arrives_signed_once_and_tells_what_was_published(channel: Channel) -> None:
    webhook_id, secret = await channel.subscribed()
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "sent")
    [one] = channel.receiver.received
    assert Webhook(secret).verify(one.body, one.headers) == one.said
    assert (one.id, one.headers["content-type"]) == (delivery["id"], "application/json")
    assert one.said["type"] == APPLIED
    assert one.said["id"] == delivery["event_id"]
    assert (one.said["data"]["partner_id"], one.said["data"]["name"]) == ("p-1", "P-1")
    assert (delivery["tries"], delivery["answer"], delivery["due_at"]) == (1, "204", None)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(one.body.replace(b"P-1", b"P-2"), one.headers)


async def test_a_partner_is_sent_what_is_its_own_and_the_brand_everything_of_the_types_it_wants(channel: Channel) -> None:
    partner = channel.comms.as_("partner", partner_id="p-1")
    own, _ = await channel.subscribed("partner_registry.*", by=partner, url=f"{channel.receiver.url}/own")
    brand, _ = await channel.subscribed(url=f"{channel.receiver.url}/brand")
    await channel.applies("p-1", "p-2")
    await happened(channel.registry, "p-1", PartnerActivated("p-1"))
    await channel.until(brand, "sent", 2)
    await channel.until(own, "sent", 2)
    await asyncio.sleep(0.5)
    got = sorted((one.path, one.said["type"].split(".")[1], one.said["data"]["partner_id"]) for one in channel.receiver.received)
    assert got == [
        ("/brand", "partner_applied", "p-1"),
        ("/brand", "partner_applied", "p-2"),
        ("/own", "partner_activated", "p-1"),
        ("/own", "partner_applied", "p-1"),
    ]


async def test_one_that_fails_is_tried_again_under_the_same_id_until_it_takes_it(channel: Channel) -> None:
    channel.receiver.deals = [answer(503), answer(500), answer(404), answer(204)]
    webhook_id, secret = await channel.subscribed()
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "sent")
    assert {(one.id, one.body) for one in channel.receiver.received} == {(delivery["id"], channel.receiver.received[0].body)}
    for one in channel.receiver.received:
        Webhook(secret).verify(one.body, one.headers)
    steps = (await channel.comms.get(f"/v1/webhooks/{webhook_id}/deliveries/{delivery['id']}")).json()["steps"]
    assert [(step["type"], step["facts"].get("reason")) for step in steps if step["type"] != "delivery_tried"] == [
        ("delivery_failed", "503"),
        ("delivery_failed", "500"),
        ("delivery_failed", "404"),
        ("delivery_sent", None),
    ]


async def test_what_is_given_up_is_shown_and_redriven_by_hand(channel: Channel) -> None:
    channel.receiver.deals = [answer(500)]
    partner = channel.comms.as_("partner", partner_id="p-1")
    webhook_id, _ = await channel.subscribed(by=partner)
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "given_up")
    assert (delivery["tries"], delivery["reason"]) == (10, "500")
    await seen(lambda: channel.comms.get("/health/ready"), lambda health: health["troubles"].get("sender/webhook") == "1 given up")
    channel.receiver.deals = [answer(204)]
    path = f"/v1/webhooks/{webhook_id}/deliveries/{delivery['id']}/redrive"
    assert (await partner.post(path)).status_code == 200
    [delivery] = await channel.until(webhook_id, "sent")
    assert delivery["tries"] == 11
    assert {one.id for one in channel.receiver.received} == {delivery["id"]}
    again = await partner.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "delivery_sent")


async def seen(ask: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> None:
    end = time.monotonic() + 40
    while not holds(last := (await ask()).json()):
        assert time.monotonic() < end, last
        await asyncio.sleep(0.2)


async def test_redirects_are_not_followed(channel: Channel) -> None:
    channel.receiver.deals = [answer(302, f"location: {channel.receiver.url}/elsewhere"), answer(307, "location: /elsewhere"), answer(204)]
    webhook_id, _ = await channel.subscribed()
    await channel.applies("p-1")
    await channel.until(webhook_id, "sent")
    assert {one.path for one in channel.receiver.received} == {"/hook"}


async def test_one_that_hangs_or_answers_late_is_sent_it_again_and_one_whose_answer_never_ends_has_taken_it(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WEBHOOK_SENDER, "seconds", 2.0)
    channel.receiver.deals = [hang, late(4), endless]
    webhook_id, _ = await channel.subscribed()
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "sent")
    assert [one.id for one in channel.receiver.received] == [delivery["id"]] * 3
    assert (delivery["reason"], delivery["answer"]) == ("no answer within 2 s", "200")
    assert delivery["tries"] >= 3


async def test_who_answers_410_is_not_sent_to_again_until_it_is_set_active(channel: Channel) -> None:
    channel.receiver.deals = [answer(410), answer(204)]
    webhook_id, _ = await channel.subscribed()
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "given_up")
    assert delivery["reason"] == "410: it is gone"
    shown = (await channel.comms.get(f"/v1/webhooks/{webhook_id}")).json()
    assert (shown["active"], shown["disabled"]) == (False, "410")
    await seen(lambda: channel.comms.get("/v1/webhooks"), lambda page: not page["items"][0]["active"])
    await channel.applies("p-2")
    await asyncio.sleep(1)
    assert len(channel.receiver.received) == 1
    wish = {"url": shown["url"], "event_types": shown["event_types"], "active": True}
    changed = await channel.comms.put(f"/v1/webhooks/{webhook_id}", json=wish)
    await channel.comms.get("/v1/webhooks", params={"wait_for": changed.json()["token"]})
    await channel.applies("p-3")
    await channel.until(webhook_id, "sent")
    assert [one.said["data"]["partner_id"] for one in channel.receiver.received] == ["p-1", "p-3"]


async def test_what_waits_for_one_that_is_unsubscribed_is_never_sent(channel: Channel) -> None:
    channel.receiver.deals = [answer(503, "retry-after: 2")]
    webhook_id, _ = await channel.subscribed()
    await channel.applies("p-1")
    await channel.until(webhook_id, "waiting")
    assert (await channel.comms.delete(f"/v1/webhooks/{webhook_id}")).status_code == 200
    sent = len(channel.receiver.received)
    [delivery] = await channel.until(webhook_id, "given_up")
    assert (delivery["reason"], len(channel.receiver.received)) == ("it is subscribed no more", sent)
    gone = await channel.comms.get(f"/v1/webhooks/{webhook_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "webhook_unknown")


async def test_while_a_secret_is_changed_for_another_both_sign(channel: Channel) -> None:
    webhook_id, old = await channel.subscribed()
    new = (await channel.comms.post(f"/v1/webhooks/{webhook_id}/secrets", json={"previous_valid_for": 60})).json()["secret"]
    await channel.applies("p-1")
    await channel.until(webhook_id, "sent")
    newest = (await channel.comms.post(f"/v1/webhooks/{webhook_id}/secrets", json={"previous_valid_for": 0})).json()["secret"]
    await channel.applies("p-2")
    await channel.until(webhook_id, "sent", 2)
    first, second = channel.receiver.received
    for secret in (old, new):
        Webhook(secret).verify(first.body, first.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(second.body, second.headers)
    Webhook(newest).verify(second.body, second.headers)


async def test_secrets_are_neither_in_the_log_nor_readable_in_the_database(channel: Channel) -> None:
    webhook_id, secret = await channel.subscribed()
    await channel.applies("p-1")
    await channel.until(webhook_id, "sent")
    assert secret not in (await channel.comms.get(f"/v1/webhooks/{webhook_id}")).text + (await channel.comms.get("/v1/events")).text
    connection = await asyncpg.connect(channel.comms.runtime.settings.database_url)
    rows = [str(row) for table in ("event", "webhook_secret") for row in await connection.fetch(f"select * from {table}")]
    await connection.close()
    assert not [row for row in rows if secret in row]


async def test_nothing_goes_to_this_machine_or_a_private_network_whatever_a_name_says(
    migrated: Migrated, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"inside.example.com": "10.0.0.7", "here.example.com": "127.0.0.1"}
    real = socket.getaddrinfo

    def told(host: Any, port: Any, *more: Any, **also: Any) -> Any:
        return real(names.get(host, host), port, *more, **also)

    monkeypatch.setattr(socket, "getaddrinfo", told)
    async with channel_of(migrated, kafka, topic_prefix) as channel:
        port = channel.receiver.url.rsplit(":", 1)[1]
        hooks = [
            (await channel.subscribed(url=url))[0]
            for url in (
                f"{channel.receiver.url}/",
                "https://inside.example.com/",
                f"https://here.example.com:{port}/",
                "https://169.254.169.254/latest",
            )
        ]
        await channel.applies("p-1")
        for webhook_id in hooks:
            [delivery] = await channel.until(webhook_id, "given_up")
            assert delivery["reason"] == "its address is not one that may be reached from here"
        assert channel.receiver.received == []


async def test_a_partner_sees_and_changes_its_own_only(channel: Channel) -> None:
    mine, other = (channel.comms.as_("partner", partner_id=one) for one in ("p-1", "p-2"))
    webhook_id, _ = await channel.subscribed(by=mine)
    brands, _ = await channel.subscribed()
    await channel.applies("p-1")
    [delivery] = await channel.until(webhook_id, "sent")
    wish = {"url": "https://evil.example.com/", "event_types": [APPLIED]}
    base, one = f"/v1/webhooks/{webhook_id}", f"/v1/webhooks/{webhook_id}/deliveries/{delivery['id']}"
    for client, hook in ((other, webhook_id), (mine, brands)):
        base, one = f"/v1/webhooks/{hook}", f"/v1/webhooks/{hook}/deliveries/{delivery['id']}"
        answers = [
            await client.get(base),
            await client.put(base, json=wish),
            await client.delete(base),
            await client.post(f"{base}/secrets"),
            await client.get(f"{base}/deliveries"),
            await client.get(one),
            await client.post(f"{one}/redrive"),
            await client.get(f"/v1/exports/webhooks/{hook}/deliveries"),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "webhook_unknown")}
    assert [row["webhook_id"] for row in (await mine.get("/v1/webhooks")).json()["items"]] == [webhook_id]
    assert (await other.get("/v1/webhooks")).json()["items"] == []
    assert [row["id"] for row in (await mine.get(f"/v1/webhooks/{webhook_id}/deliveries")).json()["items"]] == [delivery["id"]]
    refused = await mine.post("/v1/webhooks", json={**wish, "partner_id": "p-2"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    taken = await mine.post("/v1/webhooks", json={**wish, "webhook_id": brands})
    assert (taken.status_code, taken.json()["code"]) == (404, "webhook_unknown")
    # A delivery belongs to one webhook, by whichever path it is asked for.
    cross = await channel.comms.get(f"/v1/webhooks/{brands}/deliveries/{delivery['id']}")
    assert (cross.status_code, cross.json()["code"]) == (404, "delivery_unknown")
