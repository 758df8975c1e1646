"""A source: set up, changed, its secrets rotated without a gap and never in the log."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from channel_service.testing import Running, running
from channel_testing import feed, given
from msgspec import structs
from msgspec.structs import replace
from orders_inventory.app import SERVICE
from orders_inventory.domain.source import (
    SOURCE,
    AcceptPush,
    DefineSource,
    RotateSecret,
    SkuFallback,
    SkuRule,
    SourceDefined,
    SourceSecretRotated,
    SourceSettings,
)
from orders_inventory.views.sources import SOURCES

from .pushing import SHOP, defined, order
from .requests import done, head

DAY = date(2026, 5, 1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SETTINGS = SourceSettings(warehouse="sh", zone="Asia/Shanghai", partner_id="p1")
DEFINED = SourceDefined(source="shop", platform="woocommerce", settings=SETTINGS, occurred_on=DAY)


def define(settings: SourceSettings = SETTINGS, platform: str = "woocommerce") -> DefineSource:
    return DefineSource(source="shop", platform=platform, **structs.asdict(settings), on=DAY)


def rotated(secret_id: str, until: datetime = NOON) -> SourceSecretRotated:
    return SourceSecretRotated(source="shop", secret_id=secret_id, previous_until=until, occurred_on=DAY)


def test_it_is_defined_once_and_changed_by_defining_it_otherwise() -> None:
    given(SOURCE).when(define()).then(DEFINED)
    given(SOURCE, DEFINED).when(define()).then_nothing()
    other = replace(SETTINGS, warehouse="bj")
    given(SOURCE, DEFINED).when(define(other)).then(SourceDefined(source="shop", platform="woocommerce", settings=other, occurred_on=DAY))


def test_its_platform_is_fixed() -> None:
    given(SOURCE, DEFINED).when(define(platform="cloudevents")).then_rejected("source_platform_fixed", platform="woocommerce")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"warehouse": "s/h"}, "warehouse_invalid"),
        ({"currencies": ("RMB",)}, "currency_invalid"),
        ({"sku_fallback": SkuFallback(SkuRule.FIXED)}, "sku_invalid"),
        ({"sku_fallback": SkuFallback(SkuRule.PRODUCT_ID, " a")}, "sku_invalid"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, Any], code: str) -> None:
    given(SOURCE).when(define(replace(SETTINGS, **changes))).then_rejected(code)


def test_a_new_secret_counts_at_once_and_the_old_one_until_the_given_time() -> None:
    source = given(SOURCE, DEFINED, rotated("a"), rotated("b", NOON))
    source.when(AcceptPush("shop", "b", NOON)).then_nothing()
    source.when(AcceptPush("shop", "a", NOON - timedelta(seconds=1))).then_nothing()
    source.when(AcceptPush("shop", "a", NOON)).then_rejected("push_unsigned")
    source.when(AcceptPush("shop", "c", NOON)).then_rejected("push_unsigned")


def test_a_later_rotation_never_lets_an_old_secret_live_longer() -> None:
    later = given(SOURCE, DEFINED, rotated("a"), rotated("b", NOON), rotated("c", NOON + timedelta(days=9)))
    later.when(AcceptPush("shop", "a", NOON)).then_rejected("push_unsigned")
    later.when(AcceptPush("shop", "b", NOON)).then_nothing()


def test_an_inactive_or_unknown_source_accepts_nothing() -> None:
    off = SourceDefined(source="shop", platform="woocommerce", settings=replace(SETTINGS, active=False), occurred_on=DAY)
    given(SOURCE, DEFINED, rotated("a"), off).when(AcceptPush("shop", "a", NOON)).then_rejected("source_inactive")
    given(SOURCE).when(AcceptPush("shop", "a", NOON)).then_rejected("push_unsigned")
    given(SOURCE).when(RotateSecret(source="shop", secret_id="a", previous_until=NOON)).then_rejected("source_unknown")


def test_the_list_names_the_newest_secret() -> None:
    [row] = feed(SOURCES, DEFINED, rotated("a"), rotated("b")).rows()
    assert (row["source"], row["partner_id"], row["active"], row["secret_id"]) == ("shop", "p1", True, "b")


async def test_a_source_over_http(client: Running) -> None:
    created = await client.put("/v1/sources/shop", json=SHOP)
    assert created.status_code == 201, created.text
    assert (await client.put("/v1/sources/shop", json=SHOP)).status_code == 200
    secret = await done(client, "/v1/sources/shop/secrets")
    shown = (await client.get("/v1/sources/shop")).json()
    assert shown["sku_fallback"] == SHOP["sku_fallback"]
    assert shown["secrets"] == [{"secret_id": secret["secret_id"], "until": None}]
    newer = await done(client, "/v1/sources/shop/secrets", {"previous_valid_for": 60})
    assert [one["until"] for one in (await client.get("/v1/sources/shop")).json()["secrets"]] == [newer["previous_until"], None]


async def test_a_secret_is_shown_once_and_is_neither_in_the_log_nor_readable_in_the_database(client: Running, url: str) -> None:
    await client.put("/v1/sources/shop", json=SHOP)
    first = await done(client, "/v1/sources/shop/secrets", {}, **{"idempotency-key": "k"})
    again = await done(client, "/v1/sources/shop/secrets", {}, **{"idempotency-key": "k"})
    assert (again["secret_id"], again["secret"]) == (first["secret_id"], None)
    assert first["secret"] not in (await client.get("/v1/sources/shop")).text + (await client.get("/v1/events")).text
    connection = await asyncpg.connect(url)
    rows = [str(row) for table in ("event", "source_secret") for row in await connection.fetch(f"select * from {table}")]
    await connection.close()
    assert rows
    assert not [row for row in rows if first["secret"] in row]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"platform": "shopify"}, 422, "platform_unknown"),
        ({"zone": "Mars/Olympus"}, 422, "invalid_request"),
        ({"zone": "../../etc/passwd"}, 422, "invalid_request"),
        ({"warehouse": "s h"}, 422, "warehouse_invalid"),
        ({"currencies": ["XXX"]}, 422, "currency_invalid"),
        ({"secret": "mine"}, 422, "invalid_request"),
    ],
)
async def test_a_bad_source_is_a_problem_and_nothing_is_written(client: Running, changes: dict[str, Any], status: int, code: str) -> None:
    answer = await client.put("/v1/sources/shop", json=SHOP | changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await head(client) == 0


async def test_without_a_key_to_seal_with_no_secret_is_made(url: str) -> None:
    async with running(SERVICE, database_url=url, secrets_key=None) as client:
        await client.put("/v1/sources/shop", json=SHOP)
        before = await head(client)
        answer = await client.post("/v1/sources/shop/secrets")
        assert (answer.status_code, answer.json()["code"]) == (503, "secrets_key_missing")
        assert await head(client) == before


async def test_secrets_sealed_with_a_replaced_key_still_open(client: Running, url: str) -> None:
    shop = await defined(client)
    old, new = "A" * 43 + "=", "B" * 42 + "A="
    async with running(SERVICE, database_url=url, secrets_key=f"{new},{old}") as other:
        shop.client = other
        assert (await shop.push(order())).status_code == 202
    async with running(SERVICE, database_url=url, secrets_key=new) as other:
        shop.client = other
        assert (await shop.push(order())).json()["code"] == "secrets_key_missing"
