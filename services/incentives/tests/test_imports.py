"""Files in and out: what was taken in by the doors leaves as a file, and gives the same lists where it is imported."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from channel_service import Service
from channel_service.testing import Running, running
from incentives.app import SERVICE

LISTS = ["quotas", "rulings", "payments", "splits", "responsibilities", "superiors", "payout-shares", "exchange-rates", "costs"]
CSV, NDJSON = "text/csv", "application/x-ndjson"
MEMBER = {"member": "sales_rep", "member_id": "ann", "share": "1"}
BOB = MEMBER | {"member_id": "bob", "share": "2/3"}
OVERLAY = {"counts": "overlay"}
HISTORY: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "quotas/partner/p-1/sales", {"first": "2026-01-01", "last": "2026-03-31", "amount": "100.00"}),
    ("PUT", "quotas/partner/p-1/sales", {"first": "2026-01-01", "last": "2026-03-31", "amount": "200.00", "on": "2026-02-01"}),
    ("PUT", "quotas/partner/p-1/sales", {"first": "2026-04-01", "last": "2026-06-30", "amount": "5"}),
    ("PUT", "quotas/partner/p-1/sales", {"first": "2026-04-01", "last": "2026-06-30", "amount": "0"}),
    ("PUT", "rulings/case-1", {"payee": "partner", "payee_id": "p-1", "cause": "cross_region", "reason": "窜货", "on": "2026-02-01"}),
    ("PUT", "payments/shop:1/b-1", {"partner_id": "p-1", "currency": "CNY", "amount": "10.00", "on": "2026-02-03"}),
    ("PUT", "payments/shop:1/b-2", {"partner_id": "p-1", "currency": "CNY", "amount": "11.00", "on": "2026-02-04"}),
    ("DELETE", "payments/shop:1/b-2", {"on": "2026-02-05"}),
    ("PUT", "splits/partner/shop:1", {"shares": [{"payee_id": "p-1", "share": "0.5"}, {"payee_id": "p-2", "share": "0.5"}]}),
    ("PUT", "splits/partner/shop:1", {"line_id": "1", "shares": [{"payee_id": "p-2", "share": "1"}]}),
    ("PUT", "splits/partner/shop:1", {"shares": [{"payee_id": "p-3", "share": "1"}, {**OVERLAY, "payee_id": "p-4", "share": "2"}]}),
    ("PUT", "splits/sales_rep/shop:2", {"shares": [{"payee_id": "ann", "share": "1"}]}),
    ("PUT", "splits/sales_rep/shop:2", {"shares": []}),
    ("PUT", "responsibilities/sales_rep/CN-E/ann", {"first": "2026-01-01", "last": "2026-06-30", "share": "0.6"}),
    ("PUT", "responsibilities/sales_rep/CN-E/ann", {"first": "2026-01-01", "share": "0.5"}),
    ("PUT", "responsibilities/sales_rep/CN-E/bob", {"first": "2026-01-01", "share": "1", "counts": "overlay"}),
    ("PUT", "responsibilities/partner/CN-E/p-1", {"first": "2026-01-01"}),
    ("PUT", "responsibilities/partner/CN-E/p-1", {"first": "2026-01-01", "share": "0"}),
    ("PUT", "superiors/ann", {"above": "bob", "since": "2026-01-01"}),
    ("PUT", "superiors/ann", {"above": "eve", "since": "2026-01-01"}),
    ("PUT", "superiors/ann", {"since": "2026-06-01"}),
    ("PUT", "exchange-rates/USD/CNY/2026-01-05", {"rate": "7.1234"}),
    ("PUT", "costs/PEN/CNY", {"since": "2026-01-01", "unit_cost": "2.10"}),
    ("PUT", "costs/PEN/CNY", {"since": "2026-01-01", "unit_cost": "2.20"}),
    ("PUT", "costs/INK/CNY", {"since": "2026-01-01", "unit_cost": "1"}),
    ("PUT", "costs/INK/CNY", {"since": "2026-01-01"}),
    ("PUT", "superiors/bob", {"above": "cid", "since": "2039-06-01"}),
    ("PUT", "payout-shares/partner/p-1", {"since": "2026-01-01", "members": [MEMBER | {"share": "1/3"}, BOB]}),
    ("PUT", "payout-shares/partner/p-1", {"since": "2026-01-01", "plan_id": "a", "rule_id": "b", "members": [MEMBER]}),
    ("PUT", "payout-shares/partner/p-1", {"since": "2026-01-01", "members": [MEMBER]}),
    ("PUT", "payout-shares/partner/p-1", {"since": "2026-06-01", "members": [MEMBER]}),
    ("PUT", "payout-shares/partner/p-1", {"since": "2026-06-01"}),
    ("DELETE", "superiors/bob", {"since": "2039-06-01"}),
]  # fmt: skip


async def everything(client: Running) -> dict[str, list[dict[str, Any]]]:
    """All lists, but for ids of events."""
    at = await client.runtime.log.head()
    found = {}
    for path in LISTS:
        answer = await client.get(f"/v1/{path}", params={"wait_for": f"{at};"})
        assert answer.status_code == 200, answer.text
        found[path] = [{name: value for name, value in row.items() if name != "event_id"} for row in answer.json()["items"]]
    return found


async def imported(client: Running, file: bytes, to: str = "incentives", type_: str = NDJSON) -> dict[str, Any]:
    answer = await client.post(f"/v1/imports/{to}", content=file, headers={"content-type": type_})
    assert answer.status_code == 200, answer.text
    summary: dict[str, Any] = json.loads(answer.text.splitlines()[-1])["summary"]
    return summary | {"text": answer.text}


async def test_what_was_taken_in_moves_to_an_empty_service(
    whole: Running, migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str
) -> None:
    finance = whole.as_("brand_admin")
    for method, path, body in HISTORY:
        deleted = method == "DELETE"
        answer = await finance.request(method, f"/v1/{path}", params=body if deleted else None, json=None if deleted else body)
        assert answer.json().get("changed"), (path, answer.text)
    before = await everything(finance)
    assert all(before.values())
    file = (await finance.get("/v1/exports/documents")).content
    assert file.count(b"\n") == len(HISTORY)
    async with running(SERVICE, database_url=await migrated(SERVICE), kafka=kafka, topic_prefix=f"{topic_prefix}other.") as one:
        other = one.as_("brand_admin")
        summary = await imported(other, file)
        assert (summary["refused"], summary["rows"]) == (0, len(HISTORY)), summary["text"]
        assert await everything(other) == before
        at = await other.runtime.log.head()
        assert (await imported(other, file))["repeated"] == len(HISTORY)
        assert await other.runtime.log.head() == at


FILES = {
    "quotas": "payee,payee_id,measure,first,last,amount\npartner,p-1,sales,2026-01-01,2026-03-31,100.00\n"
    "sales_rep,p-1,sales,2026-01-01,2026-03-31,-1\n",
    "payments": "order_id,reference,partner_id,currency,amount,on\nshop:1,b-1,p-1,CNY,10.00,2026-02-03\n"
    "shop:1,b-2,p-1,CNY,0.001,2026-02-03\n",
    "splits": "payee,order_id,payee_id,share,counts\nsales_rep,shop:1,ann,0.5,credit\nsales_rep,shop:1,bob,0.5,credit\n"
    "sales_rep,shop:2,ann,0.9,credit\n",
    "payout-shares": "payee,payee_id,since,member,member_id,share\npartner,p-1,2026-01-01,partner,p-1,1/3\n"
    "partner,p-1,2026-01-01,sales_rep,ann,1/3\npartner,p-1,2026-01-01,sales_rep,bob,1/3\npartner,p-2,2026-01-01,partner,p-1,0.9\n",
    "exchange-rates": "base,quote,day,rate\nUSD,CNY,2026-01-05,7.1\nUSD,CNY,2026-01-05,7.2\n",
    "costs": "sku,currency,since,unit_cost\nPEN,CNY,2026-01-01,2.10\nPEN,CNY,2026-01-01,-1\n",
}  # fmt: skip
"""A row of each is good, another is refused."""


@pytest.mark.parametrize("to", FILES)
async def test_each_comes_as_a_file_of_a_spreadsheet_and_a_bad_row_stops_no_other(client: Running, to: str) -> None:
    finance = client.as_("finance")
    summary = await imported(finance, FILES[to].encode(), to, CSV)
    assert (summary["accepted"], summary["refused"]) == (1, 1), summary["text"]
    again = await imported(finance, FILES[to].encode(), to, CSV)
    assert (again["repeated"], again["refused"]) == (1, 1), again["text"]
    assert (await client.as_("channel_manager").post(f"/v1/imports/{to}", content=b"")).status_code == 403
