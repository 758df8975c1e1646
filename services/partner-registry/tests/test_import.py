"""Importing partners and territories over HTTP."""

import json
from typing import Any

import pytest
from channel_service.testing import Running
from partner_registry.domain.partner import PARTNER, Partner

Rows = tuple[list[dict[str, Any]], dict[str, Any]]
TREE: list[dict[str, Any]] = [
    {"kind": "territory", "territory": "CN", "name": "China", "on": "2026-01-01"},
    {"kind": "territory", "territory": "CN-E", "name": "East China", "parent": "CN", "on": "2026-01-01"},
]
JADE: dict[str, Any] = {"partner_id": "p1", "name": "Jade", "channel_type": "distributor", "territory": "CN", "on": "2026-01-05"}
ADMITTED = {"approved_on": "2026-01-06", "activated_on": "2026-01-07"}


async def imported(client: Running, *rows: Any, dry_run: bool = False, language: str = "en") -> Rows:
    body = b"\n".join(json.dumps(row).encode() for row in rows)
    return await imported_file(client, body, "application/x-ndjson", dry_run=dry_run, language=language)


async def imported_file(
    client: Running, body: bytes, media_type: str = "text/csv", *, what: str = "partners", dry_run: bool = False, language: str = "en"
) -> Rows:
    headers = {"content-type": media_type, "accept-language": language}
    answer = await client.post(f"/v1/imports/{what}", params={"dry_run": dry_run}, content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    told = [json.loads(line) for line in answer.text.splitlines()]
    return told[:-1], told[-1]["summary"]


async def partner(client: Running, partner_id: str = "p1") -> Partner:
    return await client.runtime.log.state(PARTNER, partner_id)


async def test_partners_come_with_the_steps_behind_them(client: Running) -> None:
    below = JADE | {"partner_id": "p2", "parent": "p1", "territory": "CN-E"}
    rows, summary = await imported(client, *TREE, JADE | ADMITTED, below | {"approved_on": "2026-02-01"})
    assert (rows, summary["accepted"]) == ([], 4)
    standings = [(one.status.value, str(one.since)) for one in (await partner(client)).standings]
    assert standings == [("applied", "2026-01-05"), ("approved", "2026-01-06"), ("active", "2026-01-07")]
    assert [one.status.value for one in (await partner(client, "p2")).standings] == ["applied", "approved"]


async def test_a_rerun_adds_nothing_and_a_step_that_was_missing_is_a_change(client: Running) -> None:
    await imported(client, *TREE, JADE, JADE | {"partner_id": "p2"} | ADMITTED)
    before = await client.runtime.log.head()
    rows, summary = await imported(client, *TREE, JADE, JADE | {"partner_id": "p2"} | ADMITTED)
    assert ([row["result"] for row in rows], summary["repeated"]) == (["repeated"] * 4, 4)
    assert await client.runtime.log.head() == before
    for dry_run in (True, False):
        rows, summary = await imported(client, JADE | ADMITTED, dry_run=dry_run)
        assert (rows, summary["accepted"], summary["changed"]) == ([{"row": 1, "result": "changed", "id": "p1"}], 1, 1)
    assert await client.runtime.log.head() == before + 2


async def test_an_altered_row_is_refused(client: Running) -> None:
    await imported(client, *TREE, JADE | ADMITTED)
    before = await client.runtime.log.head()
    altered = [{"name": "Other"}, {"on": "2026-01-04"}, {"activated_on": "2026-01-08"}, {"approved_on": "2026-01-07"}]
    rows, _ = await imported(client, *(JADE | ADMITTED | one for one in altered), TREE[1] | {"name": "Other"})
    assert [row["problem"] for row in rows] == ["partner_exists"] * 4 + ["territory_exists"]
    assert await client.runtime.log.head() == before


async def test_what_happened_to_partners_comes_too_and_a_rerun_adds_nothing(client: Running) -> None:
    file = [
        *TREE,
        JADE | ADMITTED,
        {"kind": "suspension", "partner_id": "p1", "on": "2026-02-01", "reason": "invoices overdue"},
        {"kind": "reinstatement", "partner_id": "p1", "on": "2026-03-01"},
        {"kind": "move", "partner_id": "p1", "on": "2026-04-01", "territory": "CN-E"},
        JADE | {"partner_id": "p2"},
        {"kind": "approval", "partner_id": "p2", "on": "2026-02-01"},
        {"kind": "activation", "partner_id": "p2", "on": "2026-02-02"},
        {"kind": "move", "partner_id": "p2", "on": "2026-04-01", "parent": "p1"},
    ]
    for dry_run in (True, False):
        assert (await imported(client, *file, dry_run=dry_run))[0] == []
    before = await client.runtime.log.head()
    _, summary = await imported(client, *file)
    assert (summary["repeated"], summary["refused"], await client.runtime.log.head()) == (len(file), 0, before)
    assert [one.status.value for one in (await partner(client)).standings][2:] == ["active", "suspended", "active"]
    assert (await partner(client, "p2")).places[-1].parent == "p1"


BAD: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "row_invalid", "partner_id"),
    (JADE | {"on": "9999-12-31"}, "date_implausible", "on"),
    (JADE | {"channel_type": "shop"}, "row_invalid", "channel_type"),
    (JADE | {"colour": "red"}, "row_invalid", "colour"),
    (JADE | {"on": "yesterday"}, "row_invalid", "on"),
    (JADE | {"partner_id": "a;b"}, "row_invalid", "partner_id"),
    (JADE | {"partner_id": "p9\n"}, "row_invalid", "partner_id"),
    (JADE | {"name": ""}, "row_invalid", "name"),
    (JADE | {"name": "\x00"}, "malformed_json", None),
    (JADE | {"territory": "CN-W"}, "territory_unknown", "territory"),
    (JADE | {"parent": "nobody"}, "parent_unknown", "parent"),
    (JADE | {"on": "2039-01-01"}, "date_in_future", "on"),
    (JADE | {"activated_on": "2026-01-07"}, "partner_not_approved", "partner_id"),
    (JADE | {"approved_on": "2026-01-04"}, "date_before_last_change", "on"),
    ({"kind": "approval", "partner_id": "nobody", "on": "2026-01-04"}, "partner_unknown", "partner_id"),
    ({"kind": "order"}, "row_invalid", "kind"),
]


@pytest.mark.parametrize("dry_run", [False, True])
async def test_each_broken_row_says_which_field_and_the_good_ones_go_on(client: Running, dry_run: bool) -> None:
    await imported(client, *TREE)
    before = await client.runtime.log.head()
    rows, summary = await imported(client, *(bad for bad, _, _ in BAD), JADE, dry_run=dry_run)
    assert [(row["row"], row["problem"], row["field"]) for row in rows] == [(n, code, field) for n, (_, code, field) in enumerate(BAD, 1)]
    assert (summary["accepted"], summary["refused"]) == (1, len(BAD))
    assert await client.runtime.log.head() == before + (0 if dry_run else 2)  # the application, and the note of an id in lower case


async def test_refusals_are_told_in_the_language_asked_for(client: Running) -> None:
    rows, _ = await imported(client, JADE, {}, language="zh-CN, en;q=0.5")
    assert [row["detail"] for row in rows] == [
        "没有代码为 CN 的区域；请先通过 PUT /v1/territories/CN 定义，或核对代码。",
        "该行不是有效的导入文档；请改正后重新导入：此项为必填 - partner_id。",
    ]
    rows, _ = await imported(client, JADE, {})
    assert rows[1]["detail"] == "The row is no document of an import; correct it and import again: Field required - partner_id."


async def test_a_sheet_needs_no_kind(client: Running) -> None:
    sheet = "territory;name;parent;on\nCN;China;;2026-01-01\nCN-E;East China;CN;2026-01-01\n"
    rows, summary = await imported_file(client, sheet.encode(), what="territories")
    assert (rows, summary["accepted"]) == ([], 2)
    sheet = "name,partner_id,channel_type,territory,approved_on,on\nJade,p1,distributor,CN,2026-01-06,2026-01-05\n"
    rows, summary = await imported_file(client, sheet.encode("utf-8-sig"), "text/csv; charset=utf-8")
    assert (rows, summary["accepted"]) == ([], 1)
    assert [one.status.value for one in (await partner(client)).standings] == ["applied", "approved"]


async def test_a_row_with_a_key_of_its_own_counts_once_whatever_happened_since(client: Running) -> None:
    moved = {"kind": "move", "key": "m-1", "partner_id": "p1", "on": "2026-04-01", "territory": "CN-E"}
    await imported(client, *TREE, JADE, moved)
    await imported(client, {"kind": "move", "partner_id": "p1", "on": "2026-05-01", "territory": "CN"})
    rows, _ = await imported(client, moved, moved | {"territory": "CN"})
    assert [(row["result"], row.get("problem")) for row in rows] == [("repeated", None), ("refused", "import_conflict")]
