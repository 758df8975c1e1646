"""A plan in YAML is the plan in JSON."""

import pytest
from channel_service.testing import Running
from incentives.api.plan_yaml import MAX_BYTES

from .plans import document, rule

YAML = """
title: Dealers
payee: partner
currency: CNY
valid_from: 2026-01-01
rounding: half_up
exclusive: best
rules:
  - rule_id: volume          # 量返
    base: net
    moment: shipped
    window: quarter
    when: category == 'Bikes'
    pays:
      slab:
        boundary: start
        tiers:
          - {start: 0, until: 100000, rate: 0}
          - {start: 100000, rate: 0.1}
    examples:
      - says: exactly at the boundary
        lines: [{on: 2026-02-10, net: 100000.00, category: Bikes, first_purchase: true}]
        pays: 10000.00
"""
HEADERS = {"content-type": "application/yaml"}
TIERS = [{"start": "0", "until": "100000", "rate": "0"}, {"start": "100000", "rate": "0.1"}]
LINE = {"on": "2026-02-10", "net": "100000.00", "category": "Bikes", "first_purchase": True}
SAME = document(
    rule(
        {"slab": {"boundary": "start", "tiers": TIERS}},
        rule_id="volume",
        window="quarter",
        when="category == 'Bikes'",
        examples=[{"says": "exactly at the boundary", "lines": [LINE], "pays": "10000.00"}],
    )
)


async def test_it_is_the_same_document(client: Running) -> None:
    drafted = await client.put("/v1/plans/p/yaml", content=YAML, headers=HEADERS)
    assert (drafted.status_code, drafted.json()["changed"]) == (200, True), drafted.text
    assert (await client.put("/v1/plans/p", json=SAME)).json()["changed"] is False
    await client.post("/v1/plans/p/simulate", json={"version": 1})
    assert [one["holds"] for one in (await client.get("/v1/plans/p/versions/1")).json()["tried"]] == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x\n", "aliases are not taken"),
        ("title: a\ntitle: b\n", "the same name twice"),
        ("a: [", "is no YAML"),
        ("!!python/object/apply:os.system ['true']", "is no YAML"),
        ("[" * 3000, "is no YAML"),
        ("\0", "is no YAML"),
        ("a" * (MAX_BYTES + 1), "is longer than"),
        ("just a text", "rules"),
        ("? [a]\n: b\n", "is no YAML"),
        ("1: a\n", "rules"),
        (YAML.replace("title: Dealers", 'title: "\\0"'), "cannot be stored"),
        (YAML.replace("title: Dealers", 'title: "\\ud800"'), "cannot be stored"),
        (YAML.replace("100000.00", "!!float .nan"), "rules"),
        (YAML.replace("first_purchase: true", "first_purchase: yes"), "rules"),
        (YAML.replace("payee: partner", "payee: all"), "payee"),
    ],
)
async def test_what_is_no_plan_is_refused(client: Running, text: str, said: str) -> None:
    refused = await client.put("/v1/plans/p/yaml", content=text.encode(), headers=HEADERS)
    assert refused.status_code == 422, refused.text
    if said in {"rules", "payee"}:
        assert refused.json()["errors"]
    else:
        assert said in refused.text


async def test_it_is_for_those_who_may_write_plans(client: Running) -> None:
    assert (await client.as_("ops").put("/v1/plans/p/yaml", content=YAML, headers=HEADERS)).status_code == 403
