"""The history as a file: exported here, imported into an empty service, it gives the same lists."""

from collections.abc import Awaitable, Callable
from typing import Any

from channel_service import Service
from channel_service.testing import Running, running
from partner_registry.app import SERVICE

from .requests import done, partner, with_partner
from .test_import import imported_file

NDJSON = "application/x-ndjson"


async def everything(client: Running, token: str) -> list[Any]:
    """All lists, and each partner's record."""
    partners = (await client.get("/v1/partners", params={"wait_for": token})).json()["items"]
    territories = (await client.get("/v1/territories", params={"wait_for": token})).json()["items"]
    return [partners, territories, *[(await client.get(f"/v1/partners/{row['partner_id']}")).json() for row in partners]]


async def test_a_history_moves_to_an_empty_service(
    whole: Running, migrated: Callable[[Service], Awaitable[str]], kafka: str, topic_prefix: str
) -> None:
    await with_partner(whole)
    for id_ in ("p2", "p3"):
        await done(whole, "/v1/partners", partner(id_, name=f"林 {id_}", parent="p1", segment=None))
    for path, body in (
        ("p1/approve", {"on": "2026-01-02"}),
        ("p1/activate", {"on": "2026-01-03"}),
        ("p2/approve", {"on": "2026-01-02"}),
        ("p1/suspend", {"on": "2026-02-01", "reason": "invoices overdue"}),
        ("p1/reinstate", {"on": "2026-02-01"}),
        ("p1/suspend", {"on": "2026-02-01", "reason": "again"}),
        ("p3/move", {"on": "2026-03-01", "territory": "CN-E", "parent": "p2"}),
        ("p3/move", {"on": "2026-04-01", "parent": None}),
        ("p2/move", {"on": "2039-04-01", "territory": "CN-E"}),
        ("p2/describe", {"on": "2026-04-01", "name": "New name", "segment": "B"}),
        ("p3/move", {"on": "2039-01-01", "parent": "p1"}),
        ("p3/withdraw-move", {"on": "2039-01-01"}),
        ("p3/move", {"on": "2026-05-01", "territory": "CN"}),
    ):
        receipt = await done(whole, f"/v1/partners/{path}", body)
    for agreement, on in (("A-1", "2026-02-01"), ("A-2", "2026-03-05")):
        assert (await whole.put("/v1/partners/p1/children-access", json={"agreement": agreement, "on": on})).json()["changed"]
    # A revocation that came before the grant's day: told again later, that day has passed, and it must still be taken.
    receipt = (await whole.delete("/v1/partners/p1/children-access", params={"on": "2026-03-01"})).json()
    assert receipt["changed"]
    before = await everything(whole, receipt["token"])
    file = (await whole.get("/v1/exports/documents")).content
    assert file.count(b"\n") == 21
    async with running(SERVICE, database_url=await migrated(SERVICE), kafka=kafka, topic_prefix=f"{topic_prefix}other.") as other:
        rows, summary = await imported_file(other, file, NDJSON)
        assert ([row for row in rows if row["result"] == "refused"], summary["rows"]) == ([], 21)
        at = await other.runtime.log.head()
        assert await everything(other, f"{at};") == before
        rows, summary = await imported_file(other, file, NDJSON)
        assert (summary["repeated"], await other.runtime.log.head()) == (21, at)
