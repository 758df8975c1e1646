"""Lists and search, as the views serve them."""

import asyncio
from typing import Any

from channel_service.testing import Running

from .requests import done, partner, with_territories

SECONDS = 10


async def listed(client: Running, path: str = "/v1/partners", **query: str) -> list[dict[str, Any]]:
    """All rows, page by page."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params={**query, **cursor})
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if answer.json()["next"] is None:
            return rows
        cursor = {"cursor": answer.json()["next"]}


async def ids(client: Running, **query: str) -> list[str]:
    return [row["partner_id"] for row in await listed(client, **query)]


async def until(client: Running, count: int, path: str = "/v1/partners", **query: str) -> list[dict[str, Any]]:
    """The rows, once there are ``count`` of them: the views follow the log a moment later."""
    async with asyncio.timeout(SECONDS):
        while len(rows := await listed(client, path, **query)) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return rows


async def test_partners_are_listed_by_name_searched_and_filtered(whole: Running) -> None:
    await with_territories(whole)
    for body in (
        partner("p1", name="jade Trading"),
        partner("p2", name="Amber Shop", channel_type="store", territory="CN-E", parent="p1"),
        partner("p3", name="华东商贸有限公司", channel_type="agent", territory="CN-E", parent="p1"),
        partner("X-9", name="Jade Trading", parent="p2", segment=None),
    ):
        await done(whole, "/v1/partners", body)
    for step in ("approve", "activate"):
        await done(whole, f"/v1/partners/p2/{step}", {"on": "2026-02-01"})
    await done(whole, "/v1/partners/p2/suspend", {"reason": "overdue", "on": "2026-03-01"})
    await done(whole, "/v1/partners/p1/move", {"territory": "CN-E", "on": "2026-04-01"})
    await done(whole, "/v1/partners/p3/move", {"territory": "CN", "on": "2039-01-01"})
    await until(whole, 3, territory="CN-E")

    everybody = ["p2", "X-9", "p1", "p3"]
    assert await ids(whole) == everybody
    assert await ids(whole, limit="1") == everybody
    assert await ids(whole, q="TRADING") == ["X-9", "p1"]
    assert await ids(whole, q="x-9") == ["X-9"]
    assert await ids(whole, q="商贸") == ["p3"]
    assert await ids(whole, q="司") == ["p3"]
    assert await ids(whole, q="ade t") == ["X-9", "p1"]
    assert await ids(whole, q="%") == []
    assert await ids(whole, q="  ") == everybody
    assert await ids(whole, q="nobody") == []
    assert await ids(whole, channel_type="store") == ["p2"]
    assert await ids(whole, status="suspended") == ["p2"]
    assert await ids(whole, territory="CN-E") == ["p2", "p1", "p3"]
    assert await ids(whole, territory="CN") == ["X-9"]
    assert await ids(whole, parent="p1") == ["p2", "p3"]
    assert await ids(whole, parent="p1", channel_type="agent", q="华") == ["p3"]
    assert (await listed(whole, status="suspended"))[0] == {
        "partner_id": "p2",
        "name": "Amber Shop",
        "channel_type": "store",
        "segment": "A",
        "territory": "CN-E",
        "parent": "p1",
        "status": "suspended",
        "status_since": "2026-03-01",
        "status_reason": "overdue",
        "applied_on": "2026-01-01",
    }


async def test_territories_are_listed_with_their_way_from_the_root(whole: Running) -> None:
    await with_territories(whole)
    for code, parent in (("CN-E-SH", "CN-E"), ("US", None)):
        assert (await whole.put(f"/v1/territories/{code}", json={"name": code, "parent": parent})).status_code == 201
    found = await until(whole, 4, "/v1/territories", limit="2")
    assert [row["path"] for row in found] == [["CN"], ["CN", "CN-E"], ["CN", "CN-E", "CN-E-SH"], ["US"]]
    assert found[1] == {"territory": "CN-E", "name": "East China", "parent": "CN", "path": ["CN", "CN-E"], "defined_on": "2026-01-01"}
