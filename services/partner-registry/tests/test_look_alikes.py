"""A partner or territory whose id looks like another is taken and warned of: in the answer of its write, and in a list."""

from unittest.mock import ANY

import pytest
from channel_service.testing import Running

from .requests import done, partner, with_partner
from .test_import import imported


@pytest.mark.parametrize("alike", ["P1", "ｐ１", "р1"], ids=["case", "width", "a Cyrillic letter"])
async def test_a_partner_that_looks_like_another_is_warned_of(whole: Running, alike: str) -> None:
    await with_partner(whole)
    receipt = await done(whole, "/v1/partners", partner(alike))
    assert (receipt["id"], receipt["events"][-1]["type"]) == (alike, "look_alike_found")
    for again in (partner(alike), partner("p1")):
        assert (await done(whole, "/v1/partners", again))["changed"] is False
    [row] = (await whole.get("/v1/look-alikes", params={"wait_for": receipt["token"]})).json()["items"]
    assert (row["kind"], row["id"], row["others"], row["event_id"]) == ("partner", alike, ["p1"], receipt["events"][-1]["id"])
    assert row["warning"]["en"].startswith(f"{alike} looks like p1")
    assert "看起来相同" in row["warning"]["zh"]


async def test_an_imported_partner_and_a_territory_are_warned_of_too_and_an_import_again_adds_nothing(whole: Running) -> None:
    await with_partner(whole)
    rows = [
        {"kind": "territory", "territory": "cn-e", "name": "East", "on": "2026-01-05"},
        {"kind": "partner", **partner("P1"), "approved_on": "2026-01-06"},
    ]
    for dry_run in (True, False):
        told, summary = await imported(whole, *rows, dry_run=dry_run)
        assert (summary["accepted"], summary["warned"]) == (2, 2)
        assert [(one["row"], one["result"], one["problem"], one["id"], one["facts"]) for one in told] == [
            (1, "warned", "look_alike_found", "cn-e", {"kind": "territory", "others": ["CN-E"]}),
            (2, "warned", "look_alike_found", "P1", {"kind": "partner", "others": ["p1"]}),
        ]
        assert told[1]["detail"].startswith("P1 looks like p1")
    assert await imported(whole, *rows) == (
        [{"row": number, "result": "repeated", "id": id_} for number, id_ in ((1, "cn-e"), (2, "P1"))],
        ANY,
    )
    answer = await whole.put("/v1/territories/CN-e", json={"name": "East", "on": "2026-01-05"})
    [_, found] = answer.json()["events"]
    assert found["type"] == "look_alike_found"
    listed = (await whole.get("/v1/look-alikes", params={"wait_for": answer.json()["token"]})).json()["items"]
    assert [(one["kind"], one["id"], one["others"]) for one in listed] == [
        ("partner", "P1", ["p1"]), ("territory", "CN-e", ["CN-E", "cn-e"]), ("territory", "cn-e", ["CN-E"]),
    ]  # fmt: skip
