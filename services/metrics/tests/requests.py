"""Asking metrics over HTTP."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from channel_service.testing import Running

Params = dict[str, Any]


async def values(client: Running, kpi: str, **asked: Any) -> list[dict[str, Any]]:
    """The values of a KPI; ``from_`` is the parameter ``from``."""
    answer = await client.get(f"/v1/kpis/{kpi}", params={name.rstrip("_"): value for name, value in asked.items()})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["values"]
    return found


async def by(client: Running, kpi: str, group: str, **asked: Any) -> dict[str | None, str | None]:
    """The values of a KPI, by the key of one group."""
    return {one["group"][group]: one["value"] for one in await values(client, kpi, group_by=group, **asked)}


async def only(client: Running, kpi: str, **asked: Any) -> dict[str, Any]:
    """The one value there is."""
    (one,) = await values(client, kpi, **asked)
    return one


async def all_facts(client: Running, link: str, limit: int = 7) -> AsyncIterator[dict[str, Any]]:
    """All facts behind a value, page by page."""
    cursor = ""
    while cursor is not None:
        page = await client.get(f"{link}{'&' if '?' in link else '?'}limit={limit}{cursor and '&cursor=' + cursor}")
        assert page.status_code == 200, page.text
        for fact in page.json()["items"]:
            yield fact
        cursor = page.json()["next"]


async def summed(client: Running, link: str, limit: int = 7) -> tuple[Decimal, Decimal]:
    """Numerator and denominator, added up over all pages."""
    numerator = denominator = Decimal(0)
    async for fact in all_facts(client, link, limit):
        numerator += Decimal(fact["numerator"])
        denominator += Decimal(fact["denominator"] or 0)
    return numerator, denominator
