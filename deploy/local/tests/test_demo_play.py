"""The player as a careful client: what it sends, sends again, counts and waits for. The doors are played by the test."""

import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest
from qudao_local.demo.documents import (
    Cancellation,
    History,
    LineQuantity,
    Partner,
    Receipt,
    Step,
)
from qudao_local.demo.play import history, imports, masters
from qudao_local.demo.play.doors import Refused, Unreachable
from qudao_local.demo.play.heads import Heads
from qudao_local.demo.play.history import Lost, send_history, send_steps
from qudao_local.demo.play.imports import send_documents
from qudao_local.demo.play.masters import Masters, wait_for_copies
from qudao_local.demo.play.refusals import REFUSED, Refusals
from qudao_local.demo.play.tally import Tally

from .demo_doubles import DAY, doors, imported, order, problem, refused, reporter, scenario


async def test_what_may_be_retried_is_sent_again_with_the_same_key() -> None:
    seen: list[tuple[str, bytes]] = []
    answers = iter([problem("partner_unknown", retryable=True), problem("unavailable", 503), httpx.Response(200, json={"changed": True})])

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["idempotency-key"], request.content))
        return next(answers)

    async with doors(handler) as open_doors:
        assert await open_doors.post("orders-inventory", "/v1/orders", {"a": 1}, "k") == {"changed": True}
    assert seen == [("k", b'{"a":1}')] * 3


async def test_a_lost_connection_is_tried_again() -> None:
    tried = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise httpx.ConnectError("gone")
        return httpx.Response(200, json={})

    async with doors(handler) as open_doors:
        await open_doors.get("metrics", "/v1/kpis")
    assert tried == 2


async def test_a_refusal_for_good_is_not_tried_again() -> None:
    tried = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal tried
        tried += 1
        return problem("order_exists")

    async with doors(handler) as open_doors:
        with pytest.raises(Refused, match=r"POST orders-inventory/v1/orders: order_exists \(409\)"):
            await open_doors.post("orders-inventory", "/v1/orders", {}, "k")
    assert tried == 1


@pytest.mark.parametrize(("answer", "failure"), [("partner_unknown", Refused), (None, Unreachable)])
async def test_patience_ends(answer: str | None, failure: type[Exception]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if answer is None:
            raise httpx.ReadError("gone")
        return problem(answer, retryable=True)

    async with doors(handler, patience=0) as open_doors:
        with pytest.raises(failure):
            await open_doors.get("metrics", "/v1/kpis")


async def test_an_answer_that_is_no_problem_document_is_a_refusal_too() -> None:
    async with doors(lambda _: httpx.Response(404, text="<html>nothing here</html>")) as open_doors:
        with pytest.raises(Refused, match="nothing here"):
            await open_doors.get("metrics", "/v1/kpis")


# Masters


async def test_masters_come_in_by_two_imports_parents_first() -> None:
    calls: list[tuple[str, list[dict[str, Any]]]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        rows = [json.loads(line) for line in request.content.splitlines()]
        calls.append((f"{request.method} {request.url.path}", rows))
        return imported(accepted=len(rows))

    async with doors(handler) as open_doors:
        tally = await Masters(open_doors, scenario([]), reporter()).send()
    assert tally == Tally(accepted=2 + 1 + 7 + 2)
    (first, partners), (second, products) = calls
    assert (first, second) == ("POST /v1/imports/partners", "POST /v1/imports/products")
    assert [(row["kind"], row.get("territory"), row.get("partner_id"), row.get("parent")) for row in partners] == [
        ("territory", "cn", None, None),
        ("territory", "cn-sh", None, "cn"),
        ("partner", "cn-sh", "P1", None),
        ("partner", "cn-sh", "P2", "P1"),
    ]
    assert {partners[2][name] for name in ("on", "approved_on", "activated_on")} == {"2025-01-02"}
    assert [(row["kind"], row.get("on")) for row in products] == [("warehouse", None)] + [("product", "2025-01-02")] * 7


async def test_a_refused_master_is_counted_with_its_place_and_the_others_go_on() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/imports/partners":
            return imported(refused(3, "partner_exists"), accepted=0, repeated=3)
        return imported(repeated=8)

    played = replace(scenario([]), master_places={("Partner", "P1"): "shops.csv:2"})
    async with doors(handler) as open_doors:
        masters = Masters(open_doors, played, reporter())
        tally = await masters.send()
    assert (tally.accepted, tally.repeated, tally.refused) == (0, 3 + 8, 1)
    assert tally.by_problem == {"partner_exists": 1}
    assert tally.examples == ["shops.csv:2: t:3: partner_exists"]
    assert [one.partner_id for one in masters.taken if isinstance(one, Partner)] == ["P2"]


async def test_copies_are_waited_for_as_long_as_some_arrive_and_those_that_never_do_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only of partners that were taken: one bad code must not hold up all the others."""
    monkeypatch.setattr(masters, "_PAUSE", 0)
    monkeypatch.setattr(masters, "_SILENCE", 0.2)
    asked: list[list[str]] = []
    many = [Partner(f"P{number}", "x", "store", "cn", DAY) for number in range(10)]

    def handler(request: httpx.Request) -> httpx.Response:
        time.sleep(0.05)  # ten of them take longer than what is waited for nothing
        asked.append([json.loads(line)["partner_id"] for line in request.content.splitlines()])
        unknown = [refused(row, "partner_unknown") for row, partner in enumerate(asked[-1], 1) if partner == "P9" or row > 1]
        return imported(*unknown)

    played = scenario([])
    async with doors(handler) as open_doors:
        unheard = await wait_for_copies(open_doors, played, [*played.products, *played.warehouses, *many])
        assert unheard == {"P9"}
        assert [len(partners) for partners in asked[:10]] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert await wait_for_copies(open_doors, played, [*played.products, *played.warehouses]) == set()
        assert await wait_for_copies(open_doors, played, many) == set(), "without a product no order can be taken"


@pytest.mark.parametrize("head", [0, 1, 2, 3, 7, 8, 1000, 10**15])
async def test_what_an_earlier_run_wrote_lies_below_the_head_of_the_log(head: int) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"items": [{"position": after + 1}] if after < head else []})

    async with doors(handler) as open_doors:
        heads = await Heads.of(open_doors)
    assert heads.is_repeated("orders-inventory", {"events": [{"position": head}]})
    assert heads.is_repeated("orders-inventory", {"events": []})
    assert not heads.is_repeated("partner-registry", {"events": [{"position": head + 1}]})


# Imports


async def test_documents_travel_as_ndjson_without_what_is_not_said() -> None:
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        assert (request.headers["content-type"], request.url.params["dry_run"]) == ("application/x-ndjson", "false")
        return imported(accepted=2)

    sent: list[int] = []
    receipt = Receipt("main", "A", 5, "opening", DAY)
    async with doors(handler) as open_doors:
        result = await send_documents(open_doors, [receipt, order("1", history=History(confirmed_on=DAY))], sent=sent.append)
    assert (result.accepted, sum(sent)) == (2, 2)
    assert [json.loads(line) for line in bodies[0].splitlines()] == [
        {"kind": "receipt", "warehouse": "main", "sku": "A", "quantity": 5, "reference": "opening", "on": "2025-01-02"},
        {
            "kind": "order", "source": "t", "external_id": "1", "partner_id": "P1", "currency": "CNY", "warehouse": "main",
            "on": "2025-01-02", "lines": [{"line_id": "1", "sku": "A", "quantity": 10, "unit_price": "2.50", "discount": "0"}],
            "history": {"confirmed_on": "2025-01-02"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(problem("media_type_unsupported", 415), Refused), (httpx.Response(200, content=b'{"progress":{}}\n'), Unreachable)],
    ids=["refused", "broken off"],
)
async def test_an_import_that_does_not_end_in_a_summary_fails(answer: httpx.Response, failure: type[Exception]) -> None:
    async with doors(lambda _: answer) as open_doors:
        with pytest.raises(failure):
            await send_documents(open_doors, [order("1")])


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PAUSES", (0, 0, 0, 0))
    monkeypatch.setattr(imports, "_PAUSES", (0, 0, 0, 0))


@pytest.mark.usefixtures("hurried")
async def test_rows_that_may_pass_later_are_sent_again_and_counted_once() -> None:
    answers = iter(
        [
            imported(refused(1, "partner_unknown"), refused(2, "quantity_invalid"), refused(3, "order_unknown"), accepted=1),
            imported(refused(2, "order_unknown"), accepted=1),
            imported(accepted=1),
        ]
    )
    bodies: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append([json.loads(line)["external_id"] for line in request.content.splitlines()])
        return next(answers)

    played = scenario([order("1"), order("2"), Cancellation("t", "1", DAY, "x"), order("4")])
    async with doors(handler) as open_doors:
        refusals = Refusals()
        sent = await send_history(open_doors, played, reporter(), refusals)
    assert bodies == [["1", "2", "1", "4"], ["1", "1"], ["1"]]
    assert (sent.tally.accepted, sent.tally.repeated, sent.tally.refused, sent.tally.sent) == (3, 0, 1, 4)
    assert sent.tally.by_problem == {"quantity_invalid": 1}
    assert list(sent.refused) == [2]
    assert refusals == {REFUSED: ["t:2: quantity_invalid"]}


@pytest.mark.usefixtures("hurried")
async def test_an_import_that_broke_off_is_sent_again_from_the_beginning() -> None:
    answers: list[httpx.Response | Exception] = [httpx.ReadError("gone"), imported(accepted=1, stopped="unavailable"), imported(repeated=2)]

    def handler(request: httpx.Request) -> httpx.Response:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with doors(handler) as open_doors:
        sent = await send_history(open_doors, scenario([order("1"), order("2")]), reporter(), Refusals())
    assert (sent.tally.sent, sent.tally.repeated) == (2, 2)


@pytest.mark.usefixtures("hurried")
async def test_a_service_that_stays_away_ends_the_import() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    async with doors(handler) as open_doors:
        with pytest.raises(Unreachable, match="nobody there"):
            await send_history(open_doors, scenario([order("1")]), reporter(), Refusals())


async def test_an_unanswered_document_is_noticed() -> None:
    async with doors(lambda _: imported(accepted=1)) as open_doors:
        with pytest.raises(Lost, match="2 documents were sent"):
            await send_history(open_doors, scenario([order("1"), order("2")]), reporter(), Refusals())


async def test_steps_of_an_order_follow_one_another_with_names_of_their_own() -> None:
    sent: list[Any] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.extend(map(json.loads, request.content.splitlines()))
        return imported({"row": 2, "result": "refused", "problem": "nothing_to_deliver"}, accepted=2, refused=1)

    steps = [[Step("t:1", "ship", DAY, [LineQuantity("1", 2)]), Step("t:1", "deliver", DAY, shipment=1), Step("t:1", "ship", DAY)]]
    async with doors(handler) as open_doors:
        tally = await send_steps(open_doors, scenario([], steps), reporter())
    of: dict[str, Any] = {"source": "t", "external_id": "1", "on": "2025-01-02"}
    assert sent == [
        {"kind": "shipment", "reference": "step 1", "lines": [{"line_id": "1", "quantity": 2}], **of},
        {"kind": "delivery", "reference": "step 2", "shipment": 1, **of},
        {"kind": "shipment", "reference": "step 3", **of},
    ]
    assert (tally.accepted, tally.refused) == (2, 1)


# Figures
