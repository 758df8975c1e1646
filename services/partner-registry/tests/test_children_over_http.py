"""What a partner sees of its children over HTTP, and that it may change nothing there."""

from datetime import date, timedelta
from typing import Any

import pytest
from channel_service.testing import Running

from .requests import done, partner, with_territories

ACCESS = "/v1/partners/top/children-access"


@pytest.fixture
async def registry(whole: Running) -> Running:
    """``top`` over ``mid`` over ``low``; ``other`` over ``others``."""
    await with_territories(whole)
    for partner_id, parent in (("top", None), ("mid", "top"), ("low", "mid"), ("other", None), ("others", "other")):
        await done(whole, "/v1/partners", partner(partner_id, parent=parent))
    return whole


async def granted(client: Running, **body: str) -> str:
    """The token of the grant."""
    answer = await client.put(ACCESS, json={"agreement": "A-1", **body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def revoked(client: Running, **query: str) -> str:
    answer = await client.delete(ACCESS, params=query)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def seen(client: Running, token: str, partner_id: str = "top") -> list[str]:
    """Whom a partner sees in the list, which must be whom it sees one by one and in the events."""
    me = client.as_("partner", partner_id=partner_id)
    rows = (await me.get("/v1/partners", params={"wait_for": token})).json()["items"]
    listed = sorted(row["partner_id"] for row in rows)
    everybody = ("top", "mid", "low", "other", "others")
    assert listed == sorted([one for one in everybody if (await me.get(f"/v1/partners/{one}")).status_code == 200])
    streams = [(await me.get("/v1/events", params={"stream": f"partner/{one}"})).json()["items"] for one in everybody]
    assert listed == sorted({event["data"]["partner_id"] for events in streams for event in events})
    return listed


async def test_a_partner_sees_its_children_while_it_is_granted_and_nobody_else(registry: Running) -> None:
    head = f"{await registry.runtime.log.head()};"
    assert await seen(registry, head) == ["top"]
    assert await seen(registry, await granted(registry)) == ["mid", "top"]
    assert await seen(registry, head, "mid") == ["mid"]
    assert await seen(registry, head, "other") == ["other"]
    assert await seen(registry, await revoked(registry)) == ["top"]


async def test_a_change_that_lies_ahead_is_withdrawn_and_what_was_seen_before_goes_on(registry: Running) -> None:
    ahead = str(date.today() + timedelta(days=30))  # noqa: DTZ011
    await granted(registry)
    await revoked(registry, on=ahead)
    for _ in range(2):
        answer = await registry.post("/v1/partners/top/withdraw-children-access", json={"on": ahead})
    assert (answer.status_code, answer.json()["code"]) == (409, "access_not_planned")
    then = (await registry.get("/v1/partners/top", params={"as_of": ahead})).json()
    assert then["children_access"] == "A-1"


async def test_a_grant_and_a_revocation_count_from_their_day(registry: Running) -> None:
    # Two days off, so that no midnight of the brand's zone comes between.
    before, ahead = (str(date.today() + timedelta(days=days)) for days in (-2, 2))  # noqa: DTZ011
    assert await seen(registry, await granted(registry, on=ahead)) == ["top"]
    assert await seen(registry, await revoked(registry)) == ["top"]
    await done(registry, "/v1/partners/mid/move", {"parent": None, "on": ahead})
    assert await seen(registry, await granted(registry, agreement="A-2")) == ["mid", "top"]
    assert await seen(registry, await revoked(registry, on=ahead)) == ["mid", "top"]
    assert await seen(registry, await revoked(registry, on=before)) == ["top"]


async def test_a_child_that_moved_away_is_no_longer_seen(registry: Running) -> None:
    await granted(registry)
    moved = await done(registry, "/v1/partners/mid/move", {"parent": "other"})
    assert await seen(registry, moved["token"]) == ["top"]


async def test_a_parent_changes_nothing_of_its_child(registry: Running) -> None:
    await granted(registry)
    me = registry.as_("partner", partner_id="top")
    commands: list[tuple[str, str, Any]] = [
        ("POST", "approve", None),
        ("POST", "move", {"parent": None}),
        ("PUT", "children-access", {"agreement": "A-1"}),
        ("DELETE", "children-access", None),
    ]
    for method, path, body in commands:
        answer = await me.request(method, f"/v1/partners/mid/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


async def test_the_record_shows_what_is_granted_by_which_agreement(registry: Running) -> None:
    await granted(registry, on="2026-02-01")
    await revoked(registry, on="2026-03-01")
    await granted(registry, agreement="A-2", on="2039-01-01")
    record = (await registry.get("/v1/partners/top")).json()
    assert (record["children_access"], record["children_accesses"]) == (
        None,
        [
            {"agreement": "A-1", "since": "2026-02-01"},
            {"agreement": None, "since": "2026-03-01"},
            {"agreement": "A-2", "since": "2039-01-01"},
        ],
    )
    assert (await registry.get("/v1/partners/top", params={"as_of": "2026-02-28"})).json()["children_access"] == "A-1"
    assert (await registry.put(ACCESS, json={"agreement": "A-2", "on": "2039-01-01"})).json()["changed"] is False
    assert (await registry.delete(ACCESS)).json()["changed"] is True
    assert (await registry.delete(ACCESS)).json()["changed"] is False
