"""Every bad request: a problem with a stable code in the reader's language, and nothing written."""

from typing import Any, TypeAlias

import pytest
from channel_service.testing import Running
from partner_registry.problems import PROBLEMS

from .requests import JADE, done, partner, with_partner

POST, PUT, DELETE, GET = "POST", "PUT", "DELETE", "GET"
APPLY, P1 = "/v1/partners", "/v1/partners/p1"

Case: TypeAlias = tuple[str, str, Any, int, str]
"""Method, path, body; status and code of the answer."""

STATE: list[Case] = [
    (POST, APPLY, {**JADE, "name": "Other"}, 409, "partner_exists"),
    (POST, APPLY, partner("p2", territory="XX"), 409, "territory_unknown"),
    (POST, APPLY, partner("p2", parent="p9"), 409, "parent_unknown"),
    (POST, APPLY, partner("p2", parent="p2"), 409, "hierarchy_cycle"),
    (POST, APPLY, partner("p2", on="2039-01-01"), 409, "date_in_future"),
    (POST, f"{APPLY}/p9/approve", {}, 404, "partner_unknown"),
    (POST, f"{P1}/approve", {"on": "2039-01-01"}, 409, "date_in_future"),
    (POST, f"{P1}/approve", {"on": "2025-12-31"}, 409, "date_before_last_change"),
    (POST, f"{P1}/activate", {}, 409, "partner_not_approved"),
    (POST, f"{P1}/suspend", {"reason": "x"}, 409, "partner_not_active"),
    (POST, f"{P1}/reinstate", {}, 409, "partner_not_suspended"),
    (POST, f"{P1}/move", {"parent": "p1"}, 409, "hierarchy_cycle"),
    (POST, f"{P1}/move", {"parent": "p9"}, 409, "parent_unknown"),
    (POST, f"{P1}/move", {"territory": "XX"}, 409, "territory_unknown"),
    (POST, f"{P1}/move", {"territory": "CN-E", "on": "2025-12-31"}, 409, "date_before_last_change"),
    (PUT, f"{APPLY}/p9/children-access", {"agreement": "A-1"}, 404, "partner_unknown"),
    (DELETE, f"{APPLY}/p9/children-access", None, 404, "partner_unknown"),
    (PUT, f"{P1}/children-access", {"agreement": "A-1", "on": "2025-12-31"}, 409, "date_before_last_change"),
    (DELETE, f"{P1}/children-access?on=2025-12-31", None, 409, "date_before_last_change"),
    (PUT, "/v1/territories/CN", {"name": "Other"}, 409, "territory_exists"),
    (PUT, "/v1/territories/US", {"name": "US", "parent": "XX"}, 409, "territory_unknown"),
    (PUT, "/v1/territories/US", {"name": "US", "parent": "US"}, 409, "territory_cycle"),
    (PUT, "/v1/territories/US", {"name": "US", "on": "2039-01-01"}, 409, "date_in_future"),
    (GET, f"{APPLY}/p9", None, 404, "partner_unknown"),
    (GET, f"{P1}?as_of=2025-12-31", None, 404, "partner_not_applied_yet"),
]
FORM: list[Case] = [
    (POST, APPLY, {**JADE, "colour": "red"}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "channel_type": "shop"}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "partner_id": "a;b"}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "partner_id": ""}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "partner_id": 7}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "name": "  "}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "name": "x" * 501}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "segment": ""}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "territory": None}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "on": 0}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "on": "2026-02-30"}, 422, "invalid_request"),
    (POST, APPLY, {**JADE, "on": "2026-01-01T00:00:00"}, 422, "invalid_request"),
    (POST, APPLY, {name: value for name, value in JADE.items() if name != "name"}, 422, "invalid_request"),
    (POST, APPLY, [JADE], 422, "invalid_request"),
    (POST, APPLY, {**JADE, "name": "nul\0"}, 400, "malformed_json"),
    (POST, f"{P1}/suspend", {}, 422, "invalid_request"),
    (POST, f"{P1}/suspend", {"reason": " "}, 422, "invalid_request"),
    (POST, f"{P1}/approve", {"when": "2026-02-01"}, 422, "invalid_request"),
    (POST, f"{P1}/move", {"on": "2026-02-01"}, 422, "invalid_request"),
    (POST, f"{P1}/move", {"territory": None}, 422, "invalid_request"),
    (PUT, f"{P1}/children-access", {}, 422, "invalid_request"),
    (PUT, f"{P1}/children-access", {"agreement": " "}, 422, "invalid_request"),
    (DELETE, f"{P1}/children-access?on=now", None, 422, "invalid_request"),
    (PUT, "/v1/territories/US", {}, 422, "invalid_request"),
    (PUT, "/v1/territories/%20US", {"name": "US"}, 422, "invalid_request"),
    (GET, f"{P1}?as_of=yesterday", None, 422, "invalid_request"),
    (GET, f"{APPLY}?channel_type=shop", None, 422, "invalid_request"),
    (GET, f"{APPLY}?status=asleep", None, 422, "invalid_request"),
    (GET, f"{APPLY}?limit=0", None, 422, "invalid_request"),
    (GET, f"{APPLY}?cursor=nonsense", None, 422, "invalid_request"),
    (GET, f"{APPLY}?cursor=WzEsMl0", None, 422, "invalid_request"),
    (GET, "/v1/territories?cursor=W1tdXQ", None, 422, "invalid_request"),
]


@pytest.mark.parametrize("cases", [STATE, FORM], ids=["state", "form"])
async def test_a_bad_request_is_a_problem_and_writes_nothing(client: Running, subtests: pytest.Subtests, cases: list[Case]) -> None:
    await with_partner(client)
    head = await client.runtime.log.head()
    for method, path, body, status, code in cases:
        with subtests.test(f"{method} {path}", body=body):
            answer = await client.request(method, path, json=body)
            assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert "?" not in answer.json()["detail"], "a text names a fact that the refusal lacks"
            assert await client.runtime.log.head() == head


async def test_a_suspended_partner_is_neither_activated_nor_suspended_for_another_reason(client: Running) -> None:
    await with_partner(client)
    for step, body in (("approve", {}), ("activate", {}), ("suspend", {"reason": "overdue"})):
        await done(client, f"{P1}/{step}", body)
    for step, body in (("activate", {}), ("suspend", {"reason": "fraud"})):
        answer = await client.post(f"{P1}/{step}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "partner_suspended")
        assert "overdue" in answer.json()["detail"]


async def test_a_partner_cannot_go_under_one_that_will_be_below_it(client: Running) -> None:
    await with_partner(client)
    await done(client, APPLY, partner("p2"))
    await done(client, f"{APPLY}/p2/move", {"parent": "p1", "on": "2039-01-01"})
    answer = await client.post(f"{P1}/move", json={"parent": "p2"})
    assert (answer.status_code, answer.json()["code"]) == (409, "hierarchy_cycle")
    assert answer.json()["facts"] == {"partner_id": "p1", "parent": "p2", "on": "2039-01-01", "path": ["p1", "p2", "p1"]}


async def test_refusals_speak_chinese_to_who_asks_for_it(client: Running) -> None:
    answer = await client.get(f"{APPLY}/p9", headers={"accept-language": "zh-CN"})
    assert answer.json()["detail"] == "没有编号为 p9 的合作伙伴；请核对编号，或通过 POST /v1/partners 提交申请。"


@pytest.mark.parametrize("problem", list(PROBLEMS), ids=lambda problem: problem.code)
def test_each_problem_tells_in_both_languages_what_to_do(problem: Any) -> None:
    # Every text has a second part, after the semicolon: what to do.
    assert len(problem.en.split("; ")) >= 2
    assert len(problem.zh.split("；")) >= 2


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"7"])
async def test_a_body_that_may_be_left_out_is_an_object_where_it_is_sent(client: Running, body: bytes) -> None:
    json = {"content-type": "application/json"}
    answer = await client.post("/v1/partners/p-1/activate", content=body, headers=json)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == "body"
    left_out = await client.post("/v1/partners/p-1/activate", headers=json)
    assert left_out.json()["code"] == "partner_unknown"
