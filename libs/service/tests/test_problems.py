"""Whatever goes wrong is a problem with a stable code, in the language of the reader."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from channel_events.log import LogUnavailable, OutcomeUnknown
from channel_service import Problem, ProblemCatalogue
from channel_service.commands import Form, Unfit
from channel_service.problems import COMMON
from channel_service.problems.validation import findings
from channel_service.testing import Running
from pydantic_core._pydantic_core import list_all_errors
from specimen.counter import Raise

RAISE = "/v1/counters/a/raise"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer, after the checks that hold for all of them."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"], body["type"]) == (code, status, f"urn:qudao:problem:{code}")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["instance"] == answer.request.url.path
    assert body["retryable"] == ("retry-after" in answer.headers)
    return body


async def test_a_rejection_is_rendered_from_the_catalogue_with_its_facts(client: Running) -> None:
    await client.post(RAISE, json={"by": 9})
    body = problem(await client.post(RAISE, json={"by": 2}), 409, "counter_full")
    assert body["title"] == "Counter full"
    assert body["detail"] == "The counter is at 9, its limit is 10."
    assert body["facts"] == {"value": 9, "limit": 10}


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB, zh;q=0.5", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("de", "en"),
        ("zh;q=high", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=9", "en"),
        ("en;q=0.1, zh ; Q=0.2", "zh"),
        ("en;q=0.8,zh;q=0.8", "en"),
        ("zh-Hant-TW", "zh"),
        ("*", "en"),
        ("*;q=0.1, zh;q=0.2", "zh"),
        ("zhx, zh_CN, =;,,", "en"),
        ("", "en"),
    ],
)
async def test_the_text_is_in_the_language_that_the_reader_prefers(client: Running, wanted: str, language: str) -> None:
    answer = await client.get("/nowhere", headers={"accept-language": wanted})
    assert problem(answer, 404, "not_found")["detail"] == getattr(COMMON.get("not_found"), language)
    assert answer.headers["content-language"] == language


async def test_an_unknown_path_is_a_problem(client: Running) -> None:
    problem(await client.get("/v2/nothing"), 404, "not_found")


async def test_a_wrong_method_is_a_problem_that_says_which_are_right(client: Running) -> None:
    answer = await client.delete(RAISE)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "by"),
        ({"by": 1, "colour": "red"}, "colour"),
        ({"by": 0}, "by"),
        ({"by": -1}, "by"),
        ({"by": "1"}, "by"),
        ({"by": 1.5}, "by"),
        ({"by": True}, "by"),
        ({"by": 10**30}, "by"),
        ({"by": 1, "note": "   "}, "note"),
        ({"by": 1, "note": 500 * " " + "x"}, "note"),
        ({"by": 1, "price": 1.1}, "price"),
        ({"by": 1, "price": "-1"}, "price"),
        ({"by": 1, "price": "1e3"}, "price"),
        ({"by": 1, "price": "NaN"}, "price"),
        ({"by": 1, "price": "Infinity"}, "price"),
        ({"by": 1, "price": "1" * 29}, "price"),
        ({"by": 1, "price": "0." + "1" * 11}, "price"),
        ({"by": 1, "price": "\u0661"}, "price"),
        ({"by": 1, "price": True}, "price"),
        ({"by": 1, "price": " 1"}, "price"),
        ({"by": 1, "currency": "XXX"}, "currency"),
        ({"by": 1, "currency": "cny"}, "currency"),
        ({"by": 1, "currency": ["CNY"]}, "currency"),
        ({"by": 1, "currency": "CNY "}, "currency"),
        ({"by": 1, "on": "2026-02-30"}, "on"),
        ({"by": 1, "on": "yesterday"}, "on"),
        ({"by": 1, "on": "2026-02-03 "}, "on"),
        ({"by": 1, "on": 0}, "on"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
async def test_a_wrong_field_is_named_in_both_languages(client: Running, body: Any, field: str) -> None:
    for language in ("en", "zh"):
        answer = await client.post(RAISE, json=body, headers={"accept-language": language})
        [error] = problem(answer, 422, "invalid_request")["errors"]
        assert error["field"] == field
        assert error["problem"].isascii() == (language == "en")
    assert (await client.get("/v1/counters/a")).json() == {"value": 0}


@pytest.mark.parametrize("price", ["0", "12.50", 12, "9999999999999999.99", "+1", "0.0000000001"])
async def test_an_amount_is_decimal_text_or_a_whole_number(client: Running, price: Any) -> None:
    assert (await client.post(RAISE, json={"by": 1, "price": price, "currency": "CNY"})).status_code == 200


def test_a_text_is_measured_as_it_is_sent_and_kept_without_the_blanks_around_it() -> None:
    form = Form(Raise)
    assert form.read({"counter": "a", "by": 1, "note": f"\t a  name {490 * ' '}"}).note == "a  name"
    with pytest.raises(Unfit):
        form.read({"counter": "a", "by": 1, "note": f"a name{500 * ' '}"})
    assert form.model.model_json_schema()["properties"]["note"]["anyOf"][0] == {"type": "string", "minLength": 1, "maxLength": 500}


async def test_a_body_that_is_not_sent_as_json_is_told_how(client: Running) -> None:
    answer = await client.post(RAISE, content=b'{"by": 1}', headers={"content-type": "text/plain"})
    assert "Content-Type: application/json" in problem(answer, 422, "invalid_request")["errors"][0]["problem"]


async def test_a_missing_body_is_a_problem(client: Running) -> None:
    problem(await client.post(RAISE), 422, "invalid_request")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=WzFd", "cursor=eyJhIjoxfQ", "cursor=%E4"])
async def test_a_wrong_page_is_a_problem(client: Running, query: str) -> None:
    problem(await client.get(f"/v1/rows?{query}"), 422, "invalid_request")
    problem(await client.get(f"/v1/events?{query}"), 422, "invalid_request") if "WzFd" not in query else None


@pytest.mark.parametrize("path", ["/v1/counters/a%00b", "/v1/events?stream=%00", "/v1/counters/a?x=%00"])
async def test_a_nul_in_path_or_query_is_refused_before_the_database_sees_it(client: Running, path: str) -> None:
    problem(await client.get(path), 422, "invalid_request")


async def test_a_bug_is_an_internal_problem_that_tells_nothing_but_the_request_id(client: Running) -> None:
    answer = await client.get("/v1/boom")
    problem(answer, 500, "internal")
    assert "a bug" not in answer.text
    assert "ZeroDivision" not in answer.text


async def test_a_code_in_no_catalogue_stays_a_refusal(client: Running) -> None:
    assert problem(await client.get("/v1/unknown-code"), 409, "code_that_nobody_described")["facts"] == {"why": "forgotten"}


@pytest.mark.parametrize(("error", "code"), [(OutcomeUnknown(), "outcome_unknown"), (LogUnavailable(), "unavailable")])
async def test_a_log_that_cannot_answer_says_when_to_come_again(
    client: Running, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(client.runtime.log, "use", fail)
    answer = await client.post(RAISE, json={"by": 1})
    problem(answer, 503, code)
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_connection_for_reads_cannot_write(client: Running) -> None:
    problem(await client.get("/v1/write"), 500, "internal")
    assert await client.runtime.log.head() == 0


@pytest.fixture
def english_and_chinese() -> Iterator[Problem]:
    return iter(COMMON)


def test_every_common_problem_has_both_texts(english_and_chinese: Iterator[Problem]) -> None:
    for one in english_and_chinese:
        assert one.en.isascii()
        assert not one.zh.isascii()
        assert one.detail("zh", {})
        assert one.retryable == (one.status in {429, 503} and one.code != "stream_unreadable")


def test_a_text_may_name_a_fact_that_is_missing() -> None:
    assert Problem("c", 409, "{a} and {b}", "-").detail("en", {"a": 1}) == "1 and ?"


def test_a_catalogue_holds_each_code_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        ProblemCatalogue([Problem("a", 409, "x", "y"), Problem("a", 404, "x", "y")])


async def test_the_api_document_describes_problems_and_their_codes(client: Running) -> None:
    document = (await client.get("/openapi.json")).json()
    assert {"counter_full", "invalid_request"} <= set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"])
    for path in document["paths"].values():
        for operation in path.values():
            described = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
            assert described == {"$ref": "#/components/schemas/Problem"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_finding_of_pydantic_has_a_chinese_text() -> None:
    for kind in list_all_errors():
        facts = dict.fromkeys(kind.get("example_context") or {}, "x")
        error = {"type": kind["type"], "loc": ("body", "a"), "msg": "English", "ctx": facts, "input": 1}
        [found] = findings([error], "zh")
        assert not found["problem"].isascii(), kind
        assert "{" not in found["problem"], kind


@pytest.mark.parametrize("body", [b'{"by": NaN}', b'{"by": 1e999}', b'{"by": "\\u0000"}', b'{"by"', b'{"by": "\xff\x00"}', b"[1] 2"])
async def test_the_reason_why_a_body_is_no_json_is_said_in_both_languages(client: Running, body: bytes) -> None:
    for language in ("en", "zh"):
        headers = {"accept-language": language, "content-type": "application/json"}
        found = problem(await client.post(RAISE, content=body, headers=headers), 400, "malformed_json")
        assert found["facts"]["reason"].isascii() == (language == "en")
        assert found["facts"]["reason"] in found["detail"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/v1/rows?cursor=x", {}),
        ("/v1/counters/a?x=%00", {}),
        ("/v1/counters/a", {"if-match": "x"}),
    ],
)
async def test_what_the_edge_itself_refuses_is_said_in_both_languages(client: Running, path: str, headers: dict[str, str]) -> None:
    for language in ("en", "zh"):
        [error] = problem(await client.get(path, headers={**headers, "accept-language": language}), 422, "invalid_request")["errors"]
        assert error["problem"].isascii() == (language == "en")
