"""A partner's way from application to suspension and back, over HTTP on a real log."""

import asyncio
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from channel_service.testing import Running, running
from partner_registry.app import SERVICE

from .requests import CHINA, EAST, JADE, done, partner, with_partner, with_territories


async def record(client: Running, partner_id: str = "p1", **query: str) -> dict[str, object]:
    answer = await client.get(f"/v1/partners/{partner_id}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_partner_goes_from_application_to_active_to_suspended_and_back(client: Running) -> None:
    await with_territories(client)
    applied = await client.post("/v1/partners", json=JADE)
    assert (applied.status_code, applied.headers["location"]) == (201, "/v1/partners/p1")
    assert (applied.json()["id"], applied.json()["changed"]) == ("p1", True)
    assert [event["type"] for event in applied.json()["events"]] == ["partner_applied", "id_noted"]
    assert (await record(client))["status"] == "applied"
    for step, body, status in (
        ("approve", {"on": "2026-02-01"}, "approved"),
        ("activate", {"on": "2026-02-02"}, "active"),
        ("suspend", {"reason": "overdue", "on": "2026-03-01"}, "suspended"),
        ("reinstate", {"on": "2026-04-01"}, "active"),
    ):
        assert (await done(client, f"/v1/partners/p1/{step}", body))["changed"] is True
        assert (await record(client))["status"] == status


async def test_steps_need_no_body_and_happen_today(client: Running) -> None:
    await with_partner(client)
    assert (await client.post("/v1/partners/p1/approve")).json()["changed"] is True
    since = (await record(client))["status_since"]
    # The brand's day may have begun or ended while the test ran, no more.
    assert abs(date.fromisoformat(str(since)) - date.today()) <= timedelta(days=1)  # noqa: DTZ011


async def test_a_record_tells_everything_the_partner_applied_with(client: Running) -> None:
    await with_territories(client)
    await done(client, "/v1/partners", partner("p0"))
    await done(client, "/v1/partners", partner("p1", parent="p0"))
    assert await record(client, as_of="2026-01-05") == {
        "partner_id": "p1",
        "name": "Jade Trading",
        "channel_type": "distributor",
        "segment": "A",
        "territory": "CN",
        "parent": "p0",
        "status": "applied",
        "status_since": "2026-01-01",
        "status_reason": None,
        "applied_on": "2026-01-01",
        "as_of": "2026-01-05",
        "descriptions": [{"name": "Jade Trading", "segment": "A", "since": "2026-01-01"}],
        "standings": [{"status": "applied", "since": "2026-01-01", "reason": None}],
        "places": [{"territory": "CN", "parent": "p0", "since": "2026-01-01"}],
        "children_access": None,
        "children_accesses": [],
    }


async def test_a_record_is_answered_as_of_any_business_date(client: Running) -> None:
    await with_partner(client)
    await done(client, "/v1/partners/p1/approve", {"on": "2026-02-01"})
    await done(client, "/v1/partners/p1/move", {"territory": "CN-E", "on": "2026-03-01"})
    before, after = await record(client, as_of="2026-01-31"), await record(client, as_of="2026-03-01")
    assert (before["status"], before["territory"]) == ("applied", "CN")
    assert (after["status"], after["territory"]) == ("approved", "CN-E")


async def test_a_move_planned_ahead_shows_on_its_day(client: Running) -> None:
    await with_partner(client)
    await done(client, "/v1/partners/p1/move", {"territory": "CN-E", "on": "2039-01-01"})
    today = await record(client)
    assert (today["territory"], today["places"]) == (
        "CN",
        [{"territory": "CN", "parent": None, "since": "2026-01-01"}, {"territory": "CN-E", "parent": None, "since": "2039-01-01"}],
    )
    assert (await record(client, as_of="2039-01-01"))["territory"] == "CN-E"


async def test_what_a_move_leaves_out_stays_and_null_makes_a_root(client: Running) -> None:
    await with_territories(client)
    await done(client, "/v1/partners", partner("p0"))
    await done(client, "/v1/partners", partner("p1", parent="p0"))
    await done(client, "/v1/partners/p1/move", {"territory": "CN-E", "on": "2026-02-01"})
    kept = await record(client)
    await done(client, "/v1/partners/p1/move", {"parent": None, "on": "2026-03-01"})
    root = await record(client)
    assert (kept["territory"], kept["parent"]) == ("CN-E", "p0")
    assert (root["territory"], root["parent"]) == ("CN-E", None)


async def test_the_same_application_again_is_a_success_that_changes_nothing(client: Running) -> None:
    await with_partner(client)
    again = await client.post("/v1/partners", json=JADE)
    assert (again.status_code, again.json()["id"], again.json()["changed"], again.json()["events"]) == (200, "p1", False, [])


async def test_an_application_repeated_after_a_move_does_not_undo_it(client: Running) -> None:
    await with_territories(client)
    for one in ("p0", "p2"):
        await done(client, "/v1/partners", partner(one))
    await done(client, "/v1/partners", partner("p1", parent="p0"))
    await done(client, "/v1/partners/p1/move", {"parent": "p2", "on": "2026-02-01"})
    assert (await done(client, "/v1/partners", partner("p1", parent="p0")))["changed"] is False
    # p2 is still above p1: were the link undone, this would be no cycle.
    assert (await client.post("/v1/partners/p2/move", json={"parent": "p1"})).json()["code"] == "hierarchy_cycle"


async def test_a_partner_without_an_id_is_given_one_once_per_idempotency_key(client: Running) -> None:
    await with_territories(client)
    body = {name: value for name, value in JADE.items() if name != "partner_id"}
    first = await client.post("/v1/partners", json=body, headers={"idempotency-key": "k1"})
    again = await client.post("/v1/partners", json=body, headers={"idempotency-key": "k1"})
    other = await client.post("/v1/partners", json=body, headers={"idempotency-key": "k2"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert other.json()["id"] != first.json()["id"]
    assert (await record(client, first.json()["id"]))["name"] == "Jade Trading"


async def test_an_idempotency_key_with_another_body_is_refused(client: Running) -> None:
    await with_territories(client)
    await client.post("/v1/partners", json=JADE, headers={"idempotency-key": "k1"})
    head = await client.runtime.log.head()
    answer = await client.post("/v1/partners", json=partner("p2"), headers={"idempotency-key": "k1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert await client.runtime.log.head() == head


async def test_a_territory_is_defined_once(client: Running) -> None:
    first = await client.put("/v1/territories/CN", json=CHINA)
    again = await client.put("/v1/territories/CN", json=CHINA)
    assert (first.status_code, first.json()["changed"]) == (201, True)
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert (await client.put("/v1/territories/CN-E", json=EAST)).status_code == 201


async def test_of_two_moves_at_once_in_two_processes_that_make_a_cycle_together_one_is_refused(client: Running) -> None:
    await with_territories(client)
    for one in ("p1", "p2"):
        await done(client, "/v1/partners", partner(one))
    async with running(SERVICE, database_url=client.runtime.settings.database_url) as other:
        for day in range(1, 11):
            on = f"2026-02-{day:02}"
            answers = await asyncio.gather(
                client.post("/v1/partners/p1/move", json={"parent": "p2", "on": on}),
                other.post("/v1/partners/p2/move", json={"parent": "p1", "on": on}),
            )
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["hierarchy_cycle"]
            for one in ("p1", "p2"):
                await done(client, f"/v1/partners/{one}/move", {"parent": None, "on": on})


@pytest.mark.parametrize("partner_id", ["K 100/7", "10%2F", "1:2", "客户/7"])
async def test_a_partners_number_is_as_its_system_writes_it(client: Running, partner_id: str) -> None:
    await with_territories(client)
    await done(client, "/v1/partners", partner(partner_id))
    path = f"/v1/partners/{quote(partner_id, safe='')}"
    await done(client, f"{path}/approve", {"on": "2026-01-02"})
    shown = (await client.get(path)).json()
    assert (shown["partner_id"], shown["status"]) == (partner_id, "approved")
    assert (await client.put(f"{path}/children-access", json={"agreement": "A-1"})).json()["changed"]
