"""Pages of lists: cursors belong to their list, and the way on is a link, too."""

import base64
import string

import httpx
import pytest
from channel_service.testing import Running


@pytest.fixture
async def seven(client: Running) -> Running:
    """Seven events on two streams."""
    for number in range(7):
        await client.post(f"/v1/counters/{'ab'[number % 2]}/raise", json={"by": 1})
    return client


async def test_the_next_page_is_linked_with_the_same_question(seven: Running) -> None:
    answer = await seven.get("/v1/rows?newest_first=true&limit=3")
    items = [answer.json()["items"]]
    while "next" in answer.links:
        assert answer.json()["next"] == httpx.URL(answer.links["next"]["url"]).params["cursor"]
        answer = await seven.get(answer.links["next"]["url"])
        items.append(answer.json()["items"])
    assert items == [[6, 4, 2], [7, 5, 3], [1]]
    assert answer.json()["next"] is None


async def refused(client: Running, path: str, cursor: str) -> bool:
    answer = await client.get(path, params={"cursor": cursor})
    assert answer.status_code in {200, 422}, answer.text
    return answer.status_code == 422 and answer.json()["errors"][0]["field"] == "cursor"


async def test_a_cursor_of_another_list_is_refused(seven: Running) -> None:
    rows, events = [(await seven.get(f"{path}?limit=1")).json()["next"] for path in ("/v1/rows", "/v1/events")]
    assert await refused(seven, "/v1/rows", events)
    assert await refused(seven, "/v1/events", rows)
    # Of the same form, but of another list: every counter has its own.
    a = (await seven.get("/v1/counters/a/rows?limit=1")).json()["next"]
    assert not await refused(seven, "/v1/counters/a/rows", a)
    assert await refused(seven, "/v1/counters/b/rows", a)


async def test_a_cursor_with_any_character_changed_is_refused(seven: Running) -> None:
    cursor = (await seven.get("/v1/rows?limit=1")).json()["next"]
    for at in range(len(cursor)):
        # The very last character of base64 holds bits that mean nothing; changing only those changes no cursor.
        other = next(c for c in string.ascii_letters if _bytes(cursor[:at] + c + cursor[at + 1 :]) != _bytes(cursor))
        assert await refused(seven, "/v1/rows", cursor[:at] + other + cursor[at + 1 :])
    for spoilt in (cursor[:-2], cursor + "AA", "!" + cursor, cursor.upper()):
        assert await refused(seven, "/v1/rows", spoilt)


@pytest.mark.parametrize("values", ['["a"]', '["a", 1, 2]', '["a", "b"]', "{}", '["\\u0000", 1]', f'["a", {2**70}]', "[1, 1]", "\xff"])
async def test_a_cursor_made_by_hand_is_a_problem_and_no_failure(seven: Running, monkeypatch: pytest.MonkeyPatch, values: str) -> None:
    monkeypatch.setattr("channel_service.paging.PageRequest._check", lambda *_: b"123456")
    cursor = base64.urlsafe_b64encode(b"123456" + values.encode("latin-1")).decode()
    assert await refused(seven, "/v1/rows", cursor)


async def test_a_token_behind_the_end_of_the_log_is_refused_at_once(seven: Running) -> None:
    token = (await seven.post("/v1/counters/c/raise", json={"by": 1})).json()["token"]
    assert len((await seven.get("/v1/events", params={"wait_for": token})).json()["items"]) == 8
    ahead = await seven.get("/v1/events", params={"wait_for": "9;"})
    assert (ahead.status_code, ahead.json()["code"], ahead.json()["facts"]) == (400, "token_ahead", {"head": 8})
    assert (await seven.get("/v1/events", params={"wait_for": "soon"})).status_code == 422


def _bytes(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
