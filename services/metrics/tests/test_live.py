"""KPI changes as they happen: what a stream tells, how it goes on where it ended, and when it ends."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from channel_events import Recorded
from channel_service.testing import Running, bearer, issuer, listening
from metrics.api.live import CLIENTS
from metrics.app import CATALOGUE
from msgspec.structs import replace

from .examples import MONDAY, placed, returned, sales
from .examples import told as event
from .live import follow, told
from .requests import values


@pytest.fixture
async def url(empty: Running) -> AsyncIterator[str]:
    async with listening(empty) as url:
        yield url


def order(position: int, **facts: object) -> Recorded:
    return event(placed(order_id=f"direct:{position}", **facts), position, MONDAY, partition=position % 3)


async def test_a_stream_begins_with_all_values_and_goes_on_with_those_that_change(url: str, metrics_url: str) -> None:
    await told(metrics_url, [order(1), order(2, channel_type="agent")])
    async with follow(url, kpi="orders,gross", by=["", "channel_type"]) as stream:
        first = await stream.next()
        assert (first.name, first.value("orders"), first.value("gross", currency="CNY")) == ("snapshot", "2", "40.00")
        assert first.value("orders", channel_type="agent") == "1"
        await told(metrics_url, [order(3)])
        (change,) = await stream.changes("orders", "3")
        assert change.name == "changes"
        assert change.value("gross", channel_type="retailer", currency="CNY") == "40.00"
        assert change.value("orders", channel_type="agent") is None, "it did not change"


async def test_what_came_in_between_is_told_to_who_comes_back(url: str, metrics_url: str) -> None:
    async with follow(url, kpi="orders") as stream:
        seen = await stream.next()
        await told(metrics_url, [order(1)])
        (seen,) = await stream.changes("orders", "1")
    async with follow(url, kpi="orders") as other:
        await other.next()
        await told(metrics_url, [order(2)])
        await other.changes("orders", "2")
        await told(metrics_url, [order(3)])
        missed = await other.changes("orders", "3")
        async with follow(url, after=seen.id, kpi="orders") as stream:
            back = await stream.until(str(missed[-1].id))
    assert [one.name for one in back] == ["changes", "changes"]
    assert [one.value("orders") for one in back] == ["2", "3"]


@pytest.mark.parametrize("after", ["7-00000000", "1-00000000"])
async def test_who_comes_back_from_what_is_not_known_begins_with_all_values(url: str, metrics_url: str, after: str) -> None:
    await told(metrics_url, [order(1)])
    async with follow(url, after=after, kpi="orders") as stream:
        first = await stream.next()
    assert (first.name, first.value("orders")) == ("snapshot", "1")


async def test_filters_dates_and_periods_hold_for_what_comes_in(url: str, metrics_url: str) -> None:
    async with follow(url, kpi="gross", by="month,partner", partner=["p-1", "p-2"], from_="2026-01-05", to="2026-01-31") as stream:
        await stream.next()
        await told(
            metrics_url,
            [
                order(1),
                order(2, partner_id="p-3"),
                event(placed(order_id="x", occurred_on=MONDAY.replace(month=2)), 3, MONDAY),
                order(4, partner_id="p-2", currency="USD"),
            ],
        )
        change = await stream.next()
    assert change.data["values"] == [
        {
            "kpi": "gross",
            "by": ["month", "partner"],
            "group": {"month": "2026-01", "partner": "p-1", "currency": "CNY"},
            "value": "20.00",
            "reason": None,
            "numerator": "20",
            "denominator": None,
            "currency": "CNY",
            "facts": "/v1/kpis/gross/facts?from=2026-01-05&to=2026-01-31&partner=p-1&currency=CNY",
        },
        change.data["values"][1],
    ]
    assert change.value("gross", month="2026-01", partner="p-2", currency="USD") == "20.00"
    assert len(change.data["values"]) == 2


async def test_whatever_is_told_is_what_a_question_answers(url: str, empty: Running, metrics_url: str) -> None:
    history, groupings = sales(seed=3, orders=60), ["week", "segment,source"]
    last: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    kpis = sorted(name for name, kpi in CATALOGUE.kpis.items() if {"segment", "source"} <= set(kpi.dimensions))
    async with follow(url, kpi=kpis, by=groupings) as stream:
        for begin in range(0, len(history), 20):
            await told(metrics_url, history[begin : begin + 20])
        await told(metrics_url, [order(9999, segment="the last")])
        while ("orders", "segment,source", "the last, direct") not in last:
            for one in (await stream.next()).data["values"]:
                last[one["kpi"], ",".join(one["by"]), _name(one)] = _told(one)
    for by in groupings:
        for kpi in kpis:
            answered = {(kpi, by, _name(one)): _told(one) for one in await values(empty, kpi, group_by=by)}
            assert {key: value for key, value in last.items() if key[:2] == (kpi, by)} == answered


def _name(one: dict[str, Any]) -> str:
    return ", ".join(str(key) for key in one["group"].values())


def _told(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["value"], one["reason"], Decimal(one["numerator"]), one["denominator"] and Decimal(one["denominator"]), one["facts"]


async def test_a_value_told_leads_to_its_facts(url: str, empty: Running, metrics_url: str) -> None:
    await told(metrics_url, [order(1), event(returned(order_id="direct:1", occurred_on=MONDAY), 4, MONDAY, partition=1)])
    async with follow(url, kpi="net", by="channel_type") as stream:
        first = await stream.next()
    facts = (await empty.get(first.data["values"][0]["facts"])).json()["items"]
    assert [(one["kind"], one["numerator"]) for one in facts] == [("placed", "20"), ("returned", "-20")]


async def parked(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(sql)
    finally:
        await connection.close()


async def test_what_is_redriven_behind_the_view_is_told_with_all_values(url: str, metrics_url: str) -> None:
    late = order(1)
    sales = next(view for view in CATALOGUE.counting if view.name == "sales")
    names = f"'{sales.subscription}', '{sales.sources[0].name}'"
    await parked(
        metrics_url,
        f"insert into parked_stream (subscription, source, stream, partition, reason) values ({names}, 'order/1', 1, 'because');"
        f"insert into parked_event (subscription, source, position, stream, envelope, data) values ({names}, 1, 'order/1', '{{}}', '')",
    )
    await told(metrics_url, [order(4)])
    async with follow(url, kpi="orders") as stream:
        assert (await stream.next()).value("orders") == "1"
        await told(metrics_url, [late])
        await parked(metrics_url, "delete from parked_event; delete from parked_stream")
        again = (await stream.changes("orders", "2"))[-1]
        assert again.name == "snapshot"
        await told(metrics_url, [order(7)])
        assert [one.name for one in await stream.changes("orders", "3")] == ["changes"]


async def test_more_than_a_frame_holds_is_told_with_all_values(url: str, metrics_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.application.live_frames.MOST_FACTS", 3)
    async with follow(url, kpi="orders") as stream:
        await stream.next()
        await told(metrics_url, [order(n) for n in range(1, 6)])
        assert [(one.name, one.value("orders")) for one in await stream.changes("orders", "5")] == [("snapshot", "5")]


async def test_who_follows_too_many_groups_is_told_to_narrow_them(url: str, metrics_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.application.live_feed.MOST_GROUPS", 2)
    await told(metrics_url, [order(n, partner_id=f"p-{n}") for n in range(3)])
    async with follow(url, kpi="orders", by="partner") as stream:
        assert (stream.answer.status_code, stream.answer.json()["code"]) == (422, "live_too_wide")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kpi": "profit"}, "kpi_unknown"),
        ({}, "invalid_request"),
        ({"kpi": "net", "by": "product"}, "group_unknown"),
        ({"kpi": "net", "by": "planet"}, "group_unknown"),
        ({"kpi": "net", "product": "s-1"}, "parameter_unknown"),
        ({"kpi": "net", "as_of": "2026-01-01"}, "parameter_unknown"),
        ({"kpi": "net", "from": "2026-02-01", "to": "2026-01-01"}, "invalid_request"),
        ({"kpi": "net", "by": ["day"] * 9}, "invalid_request"),
    ],
)
async def test_what_cannot_be_followed_is_refused_before_the_stream_begins(empty: Running, asked: dict[str, Any], code: str) -> None:
    answer = await empty.get("/v1/live", params=asked)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == code


async def test_an_id_that_is_none_is_refused(empty: Running) -> None:
    answer = await empty.get("/v1/live", params={"kpi": "net"}, headers={"Last-Event-ID": "yesterday"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_one_caller_has_ten_streams_and_gets_another_when_one_ends(url: str) -> None:
    async with AsyncExitStack() as streams:
        held = [await streams.enter_async_context(follow(url, kpi="orders")) for _ in range(10)]
        assert {(await one.next()).name for one in held} == {"snapshot"}
        async with follow(url, kpi="orders") as refused:
            assert (refused.answer.status_code, refused.answer.json()["code"]) == (429, "live_limit")
        await streams.pop_all().aclose()
        async with asyncio.timeout(10):
            while True:
                async with follow(url, kpi="orders") as stream:
                    if stream.answer.status_code == 200:
                        break


async def test_an_idle_stream_says_that_it_lives_and_how_far_it_is(url: str, metrics_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.api.live.BEAT_SECONDS", 0.05)
    async with follow(url, kpi="orders", partner="p-9") as stream:
        first = await stream.next()
        await told(metrics_url, [order(1)])
        while (beat := await stream.next()).id == first.id:
            assert beat.name is None
    async with follow(url, after=beat.id, kpi="orders", partner="p-9") as stream:
        assert (await stream.next()).name is None, "nothing changed, so nothing but a beat"


async def test_a_stream_ends_with_the_process(empty: Running) -> None:
    async with listening(empty) as url, follow(url, kpi="orders") as stream:
        await stream.next()
        empty.runtime.ending.set()
        end = await stream.next()
        assert (end.name, end.data) == ("end", {"reason": "closing"})
        with pytest.raises(EOFError):
            await stream.next()


async def test_a_client_that_does_not_read_is_dropped(empty: Running, metrics_url: str) -> None:
    many = [order(n, partner_id=f"partner-{n}") for n in range(300)]
    async with listening(empty, patience=0.1) as url, follow(url, kpi="orders") as witness:
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        head = f"host: x\r\nauthorization: {bearer()['authorization']}\r\n\r\n"
        writer.write(f"GET /v1/live?kpi=orders,gross,net,units&by=partner HTTP/1.1\r\n{head}".encode())
        position, most = 1000, 0
        async with asyncio.timeout(60):
            while most < 2 or _following() == most:
                most = max(most, _following())
                await told(metrics_url, [replace(one, position=(position := position + 3), partition=1) for one in many])
                await witness.next()
        assert _following() == 1, "who reads goes on"
        writer.close()


def _following() -> int:
    return int(CLIENTS._value.get())


async def test_a_partner_follows_its_own_rows_only(url: str, metrics_url: str) -> None:
    await told(metrics_url, [order(1, partner_id="p-1"), order(2, partner_id="p-2")])
    async with follow(url, token=issuer().token("partner", partner_id="p-1"), kpi="orders", by=["", "partner"]) as stream:
        first = await stream.next()
        assert (first.value("orders"), first.value("orders", partner="p-1"), first.value("orders", partner="p-2")) == ("1", "1", None)
        await told(metrics_url, [order(3, partner_id="p-2"), order(4, partner_id="p-1")])
        (change,) = await stream.changes("orders", "2")
        assert [one["group"] for one in change.data["values"]] == [{}, {"partner": "p-1"}]


@pytest.mark.parametrize("partners", [["p-2"], ["p-1", "p-2"]])
async def test_a_partner_that_asks_for_another_finds_nothing(empty: Running, partners: list[str]) -> None:
    answer = await empty.as_("partner", partner_id="p-1").get("/v1/live", params={"kpi": "orders", "partner": partners})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_stream_ends_with_its_token(url: str) -> None:
    token = issuer().token("ops", exp=int(time.time()) - 25)  # it is good for 30 s longer, since clocks differ
    async with follow(url, token=token, kpi="orders") as stream:
        assert (await stream.next()).name == "snapshot"
        end = await stream.next()
        assert (end.name, end.data) == ("end", {"reason": "token_expired"})
        with pytest.raises(EOFError):
            await stream.next()


async def test_each_caller_has_streams_of_its_own(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.application.live.MOST_CLIENTS", 1)
    async with follow(url, kpi="orders") as one, follow(url, token=issuer().token("ops"), kpi="orders") as other:
        assert {(await one.next()).name, (await other.next()).name} == {"snapshot"}


async def test_nobody_follows_without_a_token(empty: Running) -> None:
    assert (await empty.as_nobody().get("/v1/live", params={"kpi": "orders"})).status_code == 401
    assert (await empty.as_("source", source="erp").get("/v1/live", params={"kpi": "orders"})).status_code == 403
