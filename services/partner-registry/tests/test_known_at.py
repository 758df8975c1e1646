"""The list of partners as it was known on a day."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
from channel_service import Service
from channel_service.testing import running
from partner_registry.app import SERVICE

from .requests import done, partner, with_territories
from .test_lists_over_http import listed, until


async def test_partners_as_they_were_known_on_a_day(migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str) -> None:
    url = await migrated(SERVICE)
    async with running(SERVICE, database_url=url) as api:  # nothing is folded yet
        await with_territories(api)
        await done(api, "/v1/partners", partner("p1"))
        await two_days_pass(url)
        await done(api, "/v1/partners", partner("p2", parent="p1"))
        await done(api, "/v1/partners/p1/approve", {})
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=topic_prefix) as client:
        await until(client, 1, status="approved")

        async def known(days_ago: int, **query: str) -> dict[str, str]:
            rows = await listed(client, known_at=str(today - timedelta(days=days_ago)), **query)
            return {row["partner_id"]: row["status"] for row in rows}

        assert await known(0) == {"p1": "approved", "p2": "applied"}
        assert await known(1) == await known(2) == {"p1": "applied"}
        assert await known(3) == {}
        assert await known(1, status="approved") == {}
        assert await known(1, parent="p1") == {}
        assert await known(0, parent="p1") == {"p2": "applied"}
        answer = await client.get("/v1/partners", params={"known_at": "yesterday"})
        assert answer.status_code == 422


async def two_days_pass(url: str) -> None:
    """All that is recorded so far was recorded two days ago."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("alter table event disable trigger event_no_change")
            await connection.execute("update event set recorded_at = recorded_at - interval '2 days', recorded_on = recorded_on - 2")
            await connection.execute("alter table event enable trigger event_no_change")
    finally:
        await connection.close()
