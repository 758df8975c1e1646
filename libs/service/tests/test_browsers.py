"""Pages from elsewhere: those that are named may read, others may not, and none may write."""

import pytest
from channel_service.testing import running
from specimen.app import SERVICE

BOARD = "http://127.0.0.1:8104"


def asking(method: str, origin: str = BOARD) -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": method, "access-control-request-headers": "authorization"}


async def test_a_page_that_is_named_may_read(url: str) -> None:
    async with running(SERVICE, database_url=url, allowed_origins=f"{BOARD},http://localhost:8104") as client:
        assert (await client.options("/v1/rows", headers=asking("GET"))).status_code == 200
        answer = await client.get("/v1/rows", headers={"origin": BOARD})
        assert answer.headers["access-control-allow-origin"] == BOARD
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("headers", [asking("GET", "http://elsewhere"), asking("POST"), asking("DELETE")])
async def test_other_pages_may_not_and_none_may_write(url: str, headers: dict[str, str]) -> None:
    async with running(SERVICE, database_url=url, allowed_origins=BOARD) as client:
        assert (await client.options("/v1/rows", headers=headers)).status_code == 400


async def test_without_a_name_no_page_may(url: str) -> None:
    async with running(SERVICE, database_url=url) as client:
        answer = await client.get("/v1/rows", headers={"origin": BOARD})
        assert "access-control-allow-origin" not in answer.headers
