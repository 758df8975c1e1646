"""Following KPIs live in tests: a server that really streams, and a reader of what it sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
from channel_events import Recorded
from channel_events.subscription.compose import compose  # import-rule: what a subscription does, without its broker
from channel_events.subscription.write import write  # import-rule: what a subscription does, without its broker
from channel_service.testing import bearer
from metrics.app import CATALOGUE
from msgspec import Struct

from .folding import of

PATIENCE = 30.0


class Event(Struct, frozen=True):
    """As a client of the stream sees it; a beat has an id and no name."""

    name: str | None
    id: str | None
    data: Any

    def value(self, kpi: str, **group: str) -> str | None:
        """Of the one group that these keys name."""
        found = [one["value"] for one in self.data["values"] if one["kpi"] == kpi and one["group"] == group]
        assert len(found) <= 1, found
        return found[0] if found else None


class Stream:
    """An open stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self) -> Event:
        """The next event or beat; ``EOFError`` at the end of the stream."""
        async with asyncio.timeout(PATIENCE):
            fields: dict[str, str] = {}
            async for text in self._lines:
                if text:
                    name, _, value = text.partition(": ")
                    fields[name] = value
                elif fields.keys() - {"retry"}:
                    return Event(fields.get("event"), fields.get("id"), json.loads(fields["data"]) if "data" in fields else None)
        raise EOFError

    async def until(self, event_id: str) -> list[Event]:
        """The events up to the one with that id."""
        events = [await self.next()]
        while events[-1].id != event_id:
            events.append(await self.next())
        return events

    async def changes(self, kpi: str, value: str) -> list[Event]:
        """The events up to the one that tells that value of a total."""
        events = [await self.next()]
        while not any(one["kpi"] == kpi and one["value"] == value for one in (events[-1].data or {"values": ()})["values"]):
            events.append(await self.next())
        return events


@asynccontextmanager
async def follow(url: str, after: str | None = None, token: str | None = None, **asked: Any) -> AsyncIterator[Stream]:
    """A stream of ``/v1/live``; ``from_`` is the parameter ``from``."""
    headers = {**({"Last-Event-ID": after} if after else {}), **({"authorization": f"Bearer {token}"} if token else bearer())}
    params = {name.rstrip("_"): value for name, value in asked.items()}
    async with (
        httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http,
        http.stream("GET", f"{url}/v1/live", params=params, headers=headers) as answer,
    ):
        if answer.status_code != 200:
            await answer.aread()
        yield Stream(answer)


async def told(url: str, events: Sequence[Recorded]) -> None:
    """The views of facts take in these events, as subscriptions do: rows and progress in one transaction."""
    reached: dict[int, int] = {}
    for event in events:
        assert event.partition is not None
        reached[event.partition] = max(event.position, reached.get(event.partition, 0))
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.executemany(
                "insert into progress (subscription, source, partition, position) values ($1, $2, $3, $4) "
                "on conflict (subscription, source, partition) do update set position = greatest(progress.position, excluded.position)",
                [(view.subscription, view.sources[0].name, *place) for view in CATALOGUE.counting for place in reached.items()],
            )
            for view in CATALOGUE.counting:
                for changes in compose(view, of(view, events)):
                    await write(connection, changes)
    finally:
        await connection.close()
