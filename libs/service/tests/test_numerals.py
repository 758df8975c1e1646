"""A whole number in an address is digits: what Python would make of another text is nobody's meaning."""

from typing import Annotated

import pytest
from channel_service.http.numerals import Numerals
from channel_service.testing import Running
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from starlette.requests import Request

ODD = ["1_0", "1.0", "1e1", " 1", "1 ", "１", "٣", "0x1", "", "+", "1,0"]


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("path", ["/v1/rows?limit={}", "/v1/events?after={}", "/v1/exports/events?to={}", "/v1/rows?limit=1&limit={}"])
async def test_a_number_in_a_query_is_written_in_digits(client: Running, number: str, path: str) -> None:
    answer = await client.get(path.format(number))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    [error] = answer.json()["errors"]
    assert error["field"] in {"limit", "after", "to"}


async def test_digits_are_taken(client: Running) -> None:
    for path in ("/v1/rows?limit=7", "/v1/events?after=0007", "/v1/events?limit=2&stream=1_0", "/v1/rows?limit=%2B7"):
        assert (await client.get(path)).status_code == 200, path


async def test_numbers_are_found_wherever_a_route_asks_for_them() -> None:
    class Asked(BaseModel):
        days: int = 1
        name: str = ""

    async def below(depth: int | None = None) -> None:
        return None

    app = FastAPI()

    @app.get("/{number}/{text}")
    async def endpoint(
        number: int,
        text: str,
        _: Annotated[None, Depends(below)],
        asked: Annotated[Asked, Query()],
        many: Annotated[list[int], Query()] = [],  # noqa: B006 - FastAPI copies it
        share: float = 0.5,
    ) -> None:
        return None

    found = Numerals(app.routes[-1].dependant)  # type: ignore[attr-defined]
    assert (set(found.path), set(found.query)) == ({"number"}, {"days", "many", "depth"})
    found.check(
        Request({"type": "http", "query_string": b"name=1_0&share=1_0", "path_params": {"number": "1", "text": "1_0"}, "headers": []})
    )
