"""A webhook's life, and which events become notices to it: nothing runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from channel_events import Ask, On
from channel_terms import Reader, Wrong
from channel_testing import TODAY, feed, given, on, recorded
from comms.application.notify import NOTIFY, notices
from comms.domain.notice import ALL, NOTICE, SUBSCRIBERS, NoticeWanted, Subscriber, WantNotice
from comms.domain.webhook import (
    WEBHOOK,
    ChangeWebhook,
    DisableWebhook,
    RotateWebhookSecret,
    SubscribeWebhook,
    UnsubscribeWebhook,
    WebhookDefined,
    WebhookDisabled,
    WebhookSecretRotated,
    WebhookUnsubscribed,
    Wish,
)
from comms.views.webhooks import WEBHOOKS

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WISH = Wish(url="https://erp.example.com/hook", event_types=("orders_inventory.order_placed",))
DEFINED = WebhookDefined(webhook_id="w-1", partner_id="p-1", wish=WISH, occurred_on=TODAY)
DISABLED = WebhookDisabled(webhook_id="w-1", reason="410", occurred_on=TODAY)
GONE = WebhookUnsubscribed(webhook_id="w-1", occurred_on=TODAY)


def subscribe(**changes: Any) -> SubscribeWebhook:
    said = {"webhook_id": "w-1", "partner_id": "p-1", "url": WISH.url, "event_types": WISH.event_types}
    return SubscribeWebhook(**{**said, **changes})


def change(**changes: Any) -> ChangeWebhook:
    return ChangeWebhook(**{"webhook_id": "w-1", "url": WISH.url, "event_types": WISH.event_types, **changes})


def rotated(secret_id: str, until: datetime = NOON) -> WebhookSecretRotated:
    return WebhookSecretRotated(webhook_id="w-1", secret_id=secret_id, previous_until=until, occurred_on=TODAY)


def test_it_is_subscribed_once_and_changed_by_saying_otherwise() -> None:
    given(WEBHOOK).when(subscribe()).then(DEFINED)
    given(WEBHOOK, DEFINED).when(subscribe()).then_nothing()
    given(WEBHOOK, DEFINED).when(subscribe(partner_id="p-2")).then_rejected("webhook_unknown")
    given(WEBHOOK, DEFINED).when(subscribe(url="https://other.example.com")).then_rejected("webhook_exists")
    given(WEBHOOK, DEFINED).when(change()).then_nothing()
    other = Wish(url="https://other.example.com", event_types=WISH.event_types)
    given(WEBHOOK, DEFINED).when(change(url=other.url)).then(
        WebhookDefined(webhook_id="w-1", partner_id="p-1", wish=other, occurred_on=TODAY)
    )


def test_one_that_is_gone_is_disabled_once_and_comes_back_when_it_is_set_active() -> None:
    given(WEBHOOK, DEFINED).when(DisableWebhook(webhook_id="w-1", reason="410")).then(DISABLED)
    given(WEBHOOK, DEFINED, DISABLED).when(DisableWebhook(webhook_id="w-1", reason="410")).then_nothing()
    given(WEBHOOK, DEFINED, DISABLED).when(change()).then(DEFINED)


def test_one_that_is_unsubscribed_is_no_more_and_its_id_is_not_used_again() -> None:
    given(WEBHOOK, DEFINED).when(UnsubscribeWebhook(webhook_id="w-1")).then(GONE)
    gone = given(WEBHOOK, DEFINED, GONE)
    gone.when(UnsubscribeWebhook(webhook_id="w-1")).then_nothing()
    gone.when(change()).then_rejected("webhook_unknown")
    gone.when(RotateWebhookSecret(webhook_id="w-1", secret_id="a", previous_until=NOON)).then_rejected("webhook_unknown")
    gone.when(subscribe()).then_rejected("webhook_exists")


def test_the_newest_secret_signs_and_those_before_it_until_their_time() -> None:
    webhook = WEBHOOK.fold([DEFINED, rotated("a"), rotated("b", NOON), rotated("c", NOON + timedelta(days=9))])
    assert webhook.signing(NOON - timedelta(seconds=1)) == ["c", "b", "a"]
    assert webhook.signing(NOON) == ["c", "b"], "a later rotation lets no old secret live longer"


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "https://user:secret@erp.example.com/",  # secret-rule: an address that is refused
        "https://erp.example.com\\@inside/",
        "https://",
        "https://erp.example.com/a b",
        "http://127.0.0.1.example.com/",
        "http://localhost@erp.example.com/",
        "https://erp.example.com/\n",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_https_or_says_more_than_an_address_is_refused(url: str) -> None:
    with pytest.raises((Wrong, msgspec.ValidationError)):
        Reader(SubscribeWebhook).read({"url": url, "event_types": ["a.b"]})


@pytest.mark.parametrize("event_type", ["order_placed", "a.b.c", "*", "Orders.placed", "a.b.v", "a.*x", ""])
def test_what_is_no_event_type_is_refused(event_type: str) -> None:
    with pytest.raises((Wrong, msgspec.ValidationError)):
        Reader(SubscribeWebhook).read({"url": WISH.url, "event_types": [event_type]})


def test_the_list_shows_it_as_it_is() -> None:
    [row] = feed(WEBHOOKS, DEFINED, rotated("a"), rotated("b"), DISABLED).rows()
    assert (row["partner_id"], row["active"], row["disabled"], row["secret_id"]) == ("p-1", False, "410", "b")
    assert feed(WEBHOOKS, DEFINED, rotated("a"), GONE).rows() == []


def placed(**data: Any) -> Any:
    facts = {"source": "orders-inventory", "type": "order_placed", "position": 7, "data": msgspec.json.encode(data)}
    whole = recorded(DEFINED, position=7)
    return type(whole)(**{**{name: getattr(whole, name) for name in whole.__struct_fields__}, **facts})


def noticed(event: Any, *subscribers: Subscriber) -> list[str]:
    """The webhooks to which notices are wanted."""
    asked: dict[On | Ask, Any] = {Ask(SUBSCRIBERS, ALL): subscribers}
    return [one.command.webhook_id for one in on(NOTIFY[2], event, answers=asked)]


def subscriber(webhook_id: str, partner_id: str | None, *types: str) -> Subscriber:
    return Subscriber(webhook_id, partner_id, frozenset(types or ["orders_inventory.order_placed"]))


def test_a_partners_webhook_gets_what_names_it_and_the_brands_all_of_the_types_they_want() -> None:
    event = placed(partner_id="p-1", lines=[])
    brand, own, other = subscriber("b", None), subscriber("o", "p-1"), subscriber("x", "p-2")
    everything, elsewhere = (
        subscriber("e", None, "orders_inventory.*"),
        subscriber("z", None, "metrics.*", "orders_inventory.order_sent"),
    )
    assert noticed(event, brand, own, other, everything, elsewhere) == ["b", "o", "e"]
    assert noticed(placed(sku="x"), brand, own) == ["b"], "what names no partner is no partner's"
    assert noticed(placed(partner_id=None), own) == []


def test_what_a_log_tells_of_itself_is_asked_nobody_about() -> None:
    event = placed(partner_id="p-1")
    restored = type(event)(**{**{name: getattr(event, name) for name in event.__struct_fields__}, "type": "log_restored"})
    assert list(notices(restored)) == []


def test_a_notice_is_named_by_its_event_and_its_webhook_and_wanted_once() -> None:
    event = placed(partner_id="p-1")
    answers: dict[On | Ask, Any] = {Ask(SUBSCRIBERS, ALL): (subscriber("b", None), subscriber("o", "p-1"))}
    first, second = on(NOTIFY[2], event, answers=answers)
    assert isinstance(first, On)
    assert first.key != second.key
    assert [one.key for one in on(NOTIFY[2], event, answers=answers)] == [first.key, second.key]
    said: WantNotice = first.command
    wanted = NoticeWanted(**{name: getattr(said, name) for name in said.__struct_fields__})
    given(NOTICE).when(said).then(wanted)
    given(NOTICE, wanted).when(said).then_nothing()
    assert (said.event_type, said.event_id, said.data) == ("orders_inventory.order_placed", event.id, {"partner_id": "p-1"})
