"""Commands: receipts, repeated keys, events behind them."""

import asyncio
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from channel_service.testing import Running

RAISE = "/v1/counters/a/raise"


async def raise_by(client: Running, by: int, key: str | None = None, path: str = RAISE, **fields: Any) -> Any:
    headers = {"idempotency-key": key} if key is not None else {}
    return await client.post(path, json={"by": by, **fields}, headers=headers)


async def test_a_command_answers_with_the_events_it_wrote(client: Running) -> None:
    receipt = (await raise_by(client, 2)).json()
    assert (receipt["id"], receipt["changed"], receipt["token"]) == ("a", True, "1;")
    [event] = receipt["events"]
    assert (event["type"], event["position"]) == ("raised", 1)
    whole = (await client.get(f"/v1/events/{event['id']}")).json()
    assert whole["data"]["by"] == 2
    assert (whole["stream"], whole["version"], whole["service"], whole["public"]) == ("counter/a", 1, "channel-service", False)


async def test_an_event_tells_who_asked_for_it_in_a_request_that_nobody_else_can_name(client: Running) -> None:
    answer = await client.post(RAISE, json={"by": 1}, headers={"x-request-id": "call-7"})
    request_id = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    event = (await client.get(f"/v1/events/{answer.json()['events'][0]['id']}")).json()
    assert (event["actor"], event["correlation"]) == ("brand_admin", request_id)


async def test_without_a_date_the_business_date_is_today_in_the_brands_zone(client: Running) -> None:
    before = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    event_id = (await raise_by(client, 1)).json()["events"][0]["id"]
    after = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert before.isoformat() <= (await client.get(f"/v1/events/{event_id}")).json()["occurred_on"] <= after.isoformat()


async def test_the_same_key_with_the_same_body_gives_the_same_answer_and_writes_once(client: Running) -> None:
    first, second = await raise_by(client, 3, "k1"), await raise_by(client, 3, "k1")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (await client.get("/v1/counters/a")).json() == {"value": 3}


async def test_many_at_once_with_one_key_write_once(client: Running) -> None:
    answers = await asyncio.gather(*(raise_by(client, 3, "k1") for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (await client.get("/v1/counters/a")).json() == {"value": 3}


@pytest.mark.parametrize("other", [{"by": 4}, {"by": 3, "note": "x"}, {"by": 3, "path": "/v1/counters/b/raise"}])
async def test_the_same_key_with_another_request_is_refused(client: Running, other: dict[str, Any]) -> None:
    await raise_by(client, 3, "k1")
    answer = await raise_by(client, key="k1", **other)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert await client.runtime.log.head() == 1


async def test_a_refusal_is_not_remembered(client: Running) -> None:
    await raise_by(client, 9)
    assert (await raise_by(client, 5, "k1", path=RAISE)).status_code == 409
    assert (await raise_by(client, 1, "k1", path=RAISE)).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "caf\u00e9"])
async def test_a_key_is_1_to_200_visible_characters(client: Running, key: str) -> None:
    answer = await client.post(RAISE, json={"by": 1}, headers=[(b"idempotency-key", key.encode("latin-1"))])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


async def test_a_key_of_200_characters_is_taken(client: Running) -> None:
    assert (await raise_by(client, 1, "x" * 200)).status_code == 200


@pytest.fixture
async def seven(client: Running) -> Running:
    """Seven events on two streams."""
    for number in range(7):
        await raise_by(client, 1, path=f"/v1/counters/{'ab'[number % 2]}/raise")
    return client


async def pages(client: Running, path: str) -> list[list[Any]]:
    found, cursor = [], ""
    while True:
        page = (await client.get(f"{path}{cursor}")).json()
        found.append(page["items"])
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_pages_hold_every_row_once_in_order(seven: Running) -> None:
    assert await pages(seven, "/v1/rows?limit=3") == [[1, 3, 5], [7, 2, 4], [6]]
    assert await pages(seven, "/v1/rows?limit=3&newest_first=true") == [[6, 4, 2], [7, 5, 3], [1]]


async def test_the_last_page_may_be_full(seven: Running) -> None:
    assert [len(page) for page in await pages(seven, "/v1/rows?limit=7")] == [7]


async def test_a_row_that_comes_between_pages_moves_no_other(seven: Running) -> None:
    first = (await seven.get("/v1/rows?limit=3")).json()
    await raise_by(seven, 1)  # sorts before the first page's end is passed: stream a, position 8
    second = (await seven.get(f"/v1/rows?limit=3&cursor={first['next']}")).json()
    assert second["items"] == [7, 8, 2]


async def test_events_are_listed_in_order_and_by_stream(seven: Running) -> None:
    whole = await pages(seven, "/v1/events?limit=3")
    assert [[event["position"] for event in page] for page in whole] == [[1, 2, 3], [4, 5, 6], [7]]
    of_b = await pages(seven, "/v1/events?limit=2&stream=counter/b")
    assert [[event["position"] for event in page] for page in of_b] == [[2, 4], [6]]
    assert [event["position"] for [event] in [(await seven.get("/v1/events?after=6")).json()["items"]]] == [7]
    assert (await seven.get("/v1/events?stream=nothing/b")).json()["items"] == []


@pytest.mark.parametrize("event_id", ["x", "00000000-0000-0000-0000-000000000000"])
async def test_an_event_that_is_not_there_is_a_problem(client: Running, event_id: str) -> None:
    answer = await client.get(f"/v1/events/{event_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_api_document_tells_which_routes_take_a_key(client: Running) -> None:
    for _ in range(2):
        paths = (await client.get("/openapi.json")).json()["paths"]
    named = [p["name"] for p in paths["/v1/counters/{counter}/raise"]["post"]["parameters"]]
    assert named == ["counter", "Idempotency-Key", "If-Match"]
    assert "parameters" not in paths["/v1/anything"]["post"]
