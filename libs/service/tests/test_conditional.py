"""Conditional requests: nobody overwrites what they have not seen, and what is unchanged is not sent again."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from channel_events import Expect, Rejected
from channel_service.http.conditional import expected
from channel_service.testing import Running, bearer

COUNTER = "/v1/counters/a"
RAISE = f"{COUNTER}/raise"


async def raised(client: httpx.AsyncClient, *tags: str, key: str | None = None, path: str = RAISE) -> httpx.Response:
    headers = [("if-match", tag) for tag in tags] + ([("idempotency-key", key)] if key else [])
    return await client.post(path, json={"by": 1}, headers=headers)


async def test_a_receipt_and_the_thing_itself_carry_the_same_etag(client: Running) -> None:
    receipt = await raised(client)
    assert receipt.headers["etag"] == f'"1-{receipt.json()["events"][0]["id"]}"' == (await client.get(COUNTER)).headers["etag"]
    again = await raised(client)
    assert again.headers["etag"] != receipt.headers["etag"]
    assert "etag" not in (await client.get("/v1/counters/untouched")).headers


async def test_a_command_on_what_was_seen_is_done_and_on_what_has_moved_is_refused(client: Running) -> None:
    seen = (await raised(client)).headers["etag"]
    done = await raised(client, seen)
    assert done.status_code == 200
    refused = await raised(client, seen)
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert refused.headers["etag"] == done.headers["etag"] == f'"{refused.json()["facts"]["current"]}"'
    assert (await client.get(COUNTER)).json() == {"value": 2}
    assert (await raised(client, refused.headers["etag"])).status_code == 200


async def test_any_etag_of_a_list_is_enough_over_several_lines_too(client: Running) -> None:
    seen = (await raised(client)).headers["etag"]
    seen = (await raised(client, f'"other", {seen}')).headers["etag"]
    seen = (await raised(client, '"other"', f' ,W/"x" , {seen},')).headers["etag"]
    assert (await raised(client, '"other", "third"')).status_code == 412


async def test_a_star_wants_that_there_is_something(client: Running) -> None:
    nothing = await raised(client, "*")
    assert (nothing.status_code, nothing.json()["facts"]) == (412, {"current": None})
    assert "etag" not in nothing.headers
    await raised(client)
    assert (await raised(client, "*")).status_code == 200


async def test_a_weak_etag_matches_no_command(client: Running) -> None:
    seen = (await raised(client)).headers["etag"]
    assert (await raised(client, f"W/{seen}")).status_code == 412


@pytest.mark.parametrize("tag", ["", " ", "1-abc", '"open', "**", '"a" "b"', '*, "a"', 'w/"a"', '"a"x', '""a"'])
async def test_what_is_no_list_of_etags_is_refused(client: Running, tag: str) -> None:
    await raised(client)
    answer = await raised(client, tag)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match")


def test_a_long_header_is_read_in_no_time() -> None:
    assert expected(['"a",' * 20_000 + '"b"']) == Expect(frozenset({"a", "b"}))
    with pytest.raises(Rejected):
        expected([", " * 50_000 + '"a" x'])


async def test_a_repeated_key_gives_the_first_answer_though_the_etag_moved(client: Running) -> None:
    seen = (await raised(client)).headers["etag"]
    first = await raised(client, seen, key="k")
    await raised(client)
    again = await raised(client, seen, key="k")
    assert (again.status_code, again.content, again.headers["etag"]) == (200, first.content, first.headers["etag"])
    assert (await client.get(COUNTER)).json() == {"value": 3}
    other = await raised(client, seen, key="k2")
    assert other.status_code == 412


def test_of_two_writers_in_two_processes_with_one_etag_one_wins(specimen: Callable[..., Any]) -> None:
    addresses = [specimen().start().address for _ in range(2)]

    async def race() -> None:
        async with httpx.AsyncClient(headers=bearer(), timeout=30) as client:
            for turn in range(15):
                path = f"/v1/counters/{turn}/raise"
                seen = (await raised(client, path=addresses[0] + path)).headers["etag"]
                answers = await asyncio.gather(*(raised(client, seen, path=address + path) for address in addresses for _ in range(2)))
                assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
                assert (await client.get(f"{addresses[1]}/v1/counters/{turn}")).json() == {"value": 2}

    asyncio.run(race())


async def known(client: Running, tag: str, path: str = COUNTER) -> httpx.Response:
    return await client.get(path, headers={"if-none-match": tag})


async def test_what_is_unchanged_is_not_sent_again(client: Running) -> None:
    tag = (await raised(client)).headers["etag"]
    for form in (tag, f"W/{tag}", "*", f'"other", {tag}', f"junk, {tag}"):
        unchanged = await known(client, form)
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in unchanged.headers
    assert (await known(client, '"other"')).json() == {"value": 1}
    await raised(client)
    assert (await known(client, tag)).json() == {"value": 2}


async def test_what_depends_on_the_day_is_always_sent(client: Running) -> None:
    tag = (await raised(client)).headers["etag"]
    answer = await known(client, tag, f"{COUNTER}?daily=true")
    assert (answer.status_code, answer.headers["etag"]) == (200, tag)


async def test_refusals_and_commands_are_not_answered_as_unchanged(client: Running) -> None:
    assert (await known(client, "*", "/v1/nothing")).status_code == 404
    assert (await client.post(RAISE, json={"by": 1}, headers={"if-none-match": "*"})).status_code == 200


async def test_an_event_never_changes(client: Running) -> None:
    event_id = (await raised(client)).json()["events"][0]["id"]
    tag = (await client.get(f"/v1/events/{event_id}")).headers["etag"]
    assert (await known(client, tag, f"/v1/events/{event_id}")).status_code == 304
