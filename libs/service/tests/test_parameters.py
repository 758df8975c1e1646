"""An address takes the parameters that it says it takes: with another one it is not what was meant that would be answered."""

from typing import Annotated, Any

import pytest
from channel_service import AnyParameters
from channel_service.http.parameters import Parameters
from channel_service.problems.refusals import LONGEST_NAME, MOST_NAMES
from channel_service.testing import Running
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field


async def refused(client: Running, path: str, language: str = "en", method: str = "GET") -> dict[str, Any]:
    answer = await client.request(method, path, headers={"accept-language": language})
    assert answer.status_code == 422, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


async def test_a_name_that_is_not_known_is_refused_with_the_nearest_and_all_that_are(client: Running) -> None:
    problem = await refused(client, "/v1/rows?limitt=2&limit=1")
    assert problem["code"] == "parameter_unknown"
    assert problem["errors"] == [{"field": "limitt", "problem": "is no parameter here; is limit meant?"}]
    assert problem["facts"] == {"parameter": "limitt", "allowed": "cursor, limit, newest_first"}
    assert problem["detail"] == "This address takes no parameter limitt. It takes: cursor, limit, newest_first."


async def test_it_is_said_in_chinese_too(client: Running) -> None:
    problem = await refused(client, "/v1/rows?limitt=2", "zh")
    assert problem["errors"] == [{"field": "limitt", "problem": "此处没有该参数；是否应为 limit？"}]
    assert problem["detail"] == "该接口不支持参数 limitt。可用的参数：cursor, limit, newest_first。"


async def test_an_address_that_takes_none_says_so(client: Running) -> None:
    problem = await refused(client, "/v1/boom?now=1")
    assert (problem["facts"]["allowed"], problem["errors"]) == ("none", [{"field": "now", "problem": "is no parameter here"}])


async def test_a_command_with_a_parameter_that_it_does_not_know_writes_nothing(client: Running) -> None:
    answer = await client.post("/v1/counters/a/raise?dry_run=true", json={"by": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter_unknown")
    assert (await client.get("/v1/counters/a")).json() == {"value": 0}


async def test_of_very_many_names_some_are_told_and_none_at_length(client: Running) -> None:
    problem = await refused(client, "/v1/rows?" + "&".join(f"{'x' * 100}{number}=1" for number in range(100)))
    assert len(problem["errors"]) == MOST_NAMES
    assert {len(one["field"]) for one in problem["errors"]} == {LONGEST_NAME}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "newest_first=true&limit=2&newest_first=false"])
async def test_what_has_one_value_is_given_once(client: Running, query: str) -> None:
    """Of two the last would count, and the caller may have meant the other."""
    problem = await refused(client, f"/v1/rows?{query}")
    field = query.partition("=")[0]
    assert problem["code"] == "invalid_request"
    assert problem["errors"] == [{"field": field, "problem": "is given several times, and has one value"}]


async def test_who_may_not_ask_learns_no_names(client: Running) -> None:
    assert (await client.as_nobody().get("/v1/rows?limitt=2")).json()["code"] == "token_missing"


async def test_an_export_refuses_what_only_pages_have(client: Running) -> None:
    assert (await refused(client, "/v1/exports/events?limit=2"))["facts"]["allowed"] == "after, format, to"


async def test_the_process_is_well_whatever_is_asked_beside_that(client: Running) -> None:
    assert (await client.get("/health/live?nocache=17")).status_code == 200
    assert (await client.get("/docs?from=singlemessage")).status_code == 200


def test_a_route_that_takes_any_parameters_says_why() -> None:
    with pytest.raises(ValueError, match="says why"):
        AnyParameters("")


def test_names_are_found_wherever_a_route_asks_for_them() -> None:
    class Asked(BaseModel):
        first: str | None = Field(None, alias="from")
        days: Annotated[int | None, Field(ge=1)] = None
        tags: list[str] = []

    async def below(depth: int | None = None) -> None:
        return None

    app = FastAPI()

    @app.get("/{number}")
    async def endpoint(
        number: int,
        _: Annotated[None, Depends(below)],
        asked: Annotated[Asked, Query()],
        many: Annotated[list[int] | None, Query(alias="any")] = None,
        some: Annotated[set[str], Query()] = set(),  # noqa: B006 - FastAPI copies it
    ) -> None:
        return None

    found = Parameters(app.routes[-1].dependant)  # type: ignore[attr-defined]
    assert found.known == {"from", "days", "tags", "depth", "any", "some"}
    assert found.once == {"from", "days", "depth"}
    assert not found.free
