"""A settlement as it runs, for tests: facts arrive, time goes on, and what there was to do is done."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from channel_events import Recorded
from channel_service.testing import Running, fold
from incentives.views.movements import MOVEMENTS

MONTHS = {"grain": "month", "begins": "2026-01-01", "zone": "UTC", "grace_days": 5, "calculation_day": 10, "objection_days": 14}


class Clock:
    """The clock of timers, for a test to move."""

    def __init__(self, day: str = "2026-01-20") -> None:
        self.at(day)

    def at(self, day: str) -> None:
        self.now = datetime.fromisoformat(day).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def begin(client: Running, **calendar: Any) -> None:
    answer = await client.as_("finance").put("/v1/settlement/calendar", json=MONTHS | calendar)
    assert answer.status_code in {200, 201}, answer.text


async def arrive(client: Running, events: Sequence[Recorded]) -> None:
    """Without a broker no progress is moved, by which a work at rest sees that there is something new: a ruling about nobody moves that
    of the own log."""
    await fold(client.runtime.settings.database_url, MOVEMENTS, events)
    said = {"payee": "partner", "payee_id": "nobody", "cause": "none", "reason": "something arrived"}
    assert (await client.as_("finance").put(f"/v1/rulings/{uuid4()}", json=said)).status_code == 201


async def rows(client: Running, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Of a list, when its view has all that is in the log."""
    answer = await client.get(path, params={"limit": 200, "wait_for": f"{await client.runtime.log.head()};", **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def until(client: Running, path: str, there: Any, **asked: Any) -> list[dict[str, Any]]:
    """The rows of a list, once ``there(rows)`` holds; ``AssertionError`` when it does not in time."""
    async with asyncio.timeout(30):
        while not there(found := await rows(client, path, **asked)):  # noqa: ASYNC110 - what a list shows is told by asking
            await asyncio.sleep(0.05)
    return found


async def posted(client: Running, *amounts: str, payee: str = "p-1", **asked: Any) -> list[dict[str, Any]]:
    """The entries of earnings of a payee, once they are of these amounts."""

    def there(found: list[dict[str, Any]]) -> bool:
        return [one["amount"] for one in found if one["what"].startswith("earning_")] == list(amounts)

    try:
        found = await until(client, "/v1/ledger-entries", there, payee_id=payee, **asked)
    except TimeoutError:
        found = await rows(client, "/v1/ledger-entries", payee_id=payee, **asked)
        raise AssertionError([(one["what"], one["period"], one["amount"]) for one in found]) from None
    return [one for one in found if one["what"].startswith("earning_")]
