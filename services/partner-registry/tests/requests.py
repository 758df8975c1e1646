"""Requests that most tests of the routes begin with."""

from typing import Any

from channel_service.testing import Running

CHINA: dict[str, Any] = {"name": "China", "on": "2026-01-01"}
EAST: dict[str, Any] = {"name": "East China", "parent": "CN", "on": "2026-01-01"}
JADE: dict[str, Any] = {
    "partner_id": "p1",
    "name": "Jade Trading",
    "channel_type": "distributor",
    "segment": "A",
    "territory": "CN",
    "on": "2026-01-01",
}


def partner(partner_id: str, **facts: Any) -> dict[str, Any]:
    return {**JADE, "partner_id": partner_id, **facts}


async def done(client: Running, path: str, body: Any = None) -> Any:
    """The receipt of a command that must succeed."""
    answer = await client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def with_territories(client: Running) -> None:
    for code, body in (("CN", CHINA), ("CN-E", EAST)):
        answer = await client.put(f"/v1/territories/{code}", json=body)
        assert answer.status_code == 201, answer.text


async def with_partner(client: Running) -> None:
    await with_territories(client)
    await done(client, "/v1/partners", JADE)
