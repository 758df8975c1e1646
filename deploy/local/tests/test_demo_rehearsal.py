"""The dry run asks the imports' own dry runs, and tells a refusal from what a rehearsal cannot know."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from qudao_local.demo.datasets.report import CHANGED
from qudao_local.demo.documents import Cancellation, Document
from qudao_local.demo.play.refusals import REFUSED
from qudao_local.demo.play.rehearsal import Rehearsed, rehearse

from .demo_doubles import DAY, doors, imported, order, problem, refused, reporter, scenario

PLACES = ["opening", "a.csv:2", "a.csv:3", "a.csv:4"]


async def _rehearsed(*, throw_away: bool, answers: list[dict[str, Any]]) -> tuple[Rehearsed, list[tuple[str, str, int]]]:
    calls: list[tuple[str, str, int]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        rows = [json.loads(line) for line in request.content.splitlines()]
        if request.method == "GET":
            return problem("order_unknown", 404)
        calls.append((request.url.path, request.url.params["dry_run"], len(rows)))
        probing = str(rows[0].get("external_id", "")).startswith("probe-")
        return imported(*([] if request.url.path != "/v1/imports/orders" or probing else answers), accepted=len(rows))

    documents: list[Document] = [order("1"), order("2"), Cancellation("t", "2", DAY, "x"), order("3")]
    played = replace(scenario([]), documents=lambda: iter(documents), places=lambda: iter(PLACES), expected_documents=4)
    async with doors(handler) as open_doors:
        return await rehearse(open_doors, played, reporter(), throw_away=throw_away), calls


@pytest.mark.parametrize("throw_away", [True, False])
async def test_the_history_is_never_written_and_masters_only_where_they_are_thrown_away(throw_away: bool) -> None:
    done, calls = await _rehearsed(throw_away=throw_away, answers=[])
    writes = "false" if throw_away else "true"
    probes = [("/v1/imports/orders", "true", 2)] if throw_away else []
    masters = [("/v1/imports/partners", writes, 4), ("/v1/imports/products", writes, 8)]
    assert calls == [*masters, *probes, ("/v1/imports/orders", "true", 4)]
    assert done.tally.refused == 0


async def test_a_refusal_is_told_with_its_place_and_what_is_there_already_apart() -> None:
    answers = [refused(2, "price_invalid"), refused(4, "order_exists")]
    done, _ = await _rehearsed(throw_away=True, answers=answers)
    assert done.refusals == {REFUSED: ["a.csv:2: t:2: price_invalid"], CHANGED: ["a.csv:4: t:4: order_exists"]}
    assert done.tally.refused == 2


async def test_orders_of_partners_that_a_rehearsal_does_not_make_are_no_refusals() -> None:
    answers = [refused(2, "partner_unknown"), refused(3, "order_unknown"), refused(4, "price_invalid")]
    kept, _ = await _rehearsed(throw_away=False, answers=answers)
    assert kept.refusals == {REFUSED: ["a.csv:4: t:4: price_invalid"]}
    assert kept.notes == ["2 documents of partners that are not there yet were checked as far as that goes"]
    thrown, _ = await _rehearsed(throw_away=True, answers=answers)
    assert len(thrown.refusals[REFUSED]) == 3
