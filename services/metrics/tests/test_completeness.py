"""An answer says whether it is made of all that happened, and what keeps the rest away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from channel_events import Recorded, View
from channel_service.testing import Running, running
from metrics.app import SERVICE
from metrics.facts.sales import SALES
from metrics.views.fact_tables import tables_of
from metrics.views.standing import standing_query

from .examples import MONDAY, hierarchy, placed, products, sales, told
from .publishing import publish, rows_of

ORDERS, REGISTRY = "orders-inventory", "partner-registry"


def orders(count: int) -> list[Recorded]:
    return [told(placed(order_id=f"direct:{n}"), n, MONDAY) for n in range(1, count + 1)]


async def asked(client: Running, **asking: Any) -> tuple[bool | None, list[tuple[str, str, str]]]:
    """Whether the orders are complete, and what they lack: view, source, reason."""
    answer = (await client.get("/v1/kpis/orders", params=asking)).json()
    return answer["complete"], [(one["view"], one["source"], one["reason"]) for one in answer["lacks"]]


@asynccontextmanager
async def following(url: str, kafka: str, prefix: str) -> AsyncIterator[Running]:
    async with running(SERVICE, database_url=url, kafka=kafka, topic_prefix=prefix) as client:
        yield client


async def says(client: Running, complete: bool | None, *lacks: tuple[str, str, str], **asking: Any) -> None:
    """Returns once the answer says so; it must, within a minute."""
    found: Any = None
    for _ in range(1200):
        found = await asked(client, **asking)
        if found == (complete, list(lacks)):
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"still {found}")


async def test_what_all_arrived_is_complete(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    await publish(kafka, topic_prefix, ORDERS, rows_of([*products(), *sales(seed=2, orders=20)]))
    await publish(kafka, topic_prefix, REGISTRY, rows_of(hierarchy()))
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, True)
        await says(client, True, territory_tree="CN", group_by="product_category")


async def test_a_source_that_was_never_seen_leaves_what_is_made_of_it_incomplete(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    await publish(kafka, topic_prefix, ORDERS, rows_of(orders(3)))
    async with following(metrics_url, kafka, topic_prefix) as client:
        # Nothing of the registry came, which no question but one by its trees is about.
        await says(client, True)
        await says(client, False, ("hierarchy", REGISTRY, "never_seen"), partner_tree="p-1")


async def test_before_the_first_event_nothing_is_complete(empty: Running) -> None:
    assert await asked(empty) == (False, [("sales", ORDERS, "never_seen")])


async def test_events_that_wait_are_lacking_until_they_are_taken_in(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    rows = rows_of(orders(3))
    rows[1]["data"] = b'{"order_id": "direct:2"}'
    await publish(kafka, topic_prefix, ORDERS, rows)
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, False, ("sales", ORDERS, "parked"))
        assert (await client.get("/v1/kpis/orders")).json()["values"][0]["value"] == "2"


async def test_a_history_that_is_another_than_the_one_taken_in_is_said(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    rows = rows_of(orders(3))
    await publish(kafka, topic_prefix, ORDERS, rows[:2])
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, True)
        await publish(kafka, topic_prefix, ORDERS, [{**rows[2], "previous_id": UUID(int=77)}])
        await says(client, False, ("sales", ORDERS, "forked"))


async def test_a_topic_with_a_gap_is_said(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    rows = rows_of(orders(3))
    await publish(kafka, topic_prefix, ORDERS, rows[:1])
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, True)
        await publish(kafka, topic_prefix, ORDERS, rows[2:])
        await says(client, False, ("sales", ORDERS, "incomplete"))


async def test_what_may_be_on_its_way_where_no_broker_answers_is_said(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    await publish(kafka, topic_prefix, ORDERS, rows_of(orders(3)))
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, True)
    async with following(metrics_url, "127.0.0.1:1", topic_prefix) as client:
        assert await asked(client) == (False, [("sales", ORDERS, "behind")])


async def test_a_process_that_takes_nothing_in_does_not_say_what_it_cannot_know(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    await publish(kafka, topic_prefix, ORDERS, rows_of(orders(3)))
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client, True)
    async with running(SERVICE, database_url=metrics_url) as client:
        await says(client, None)
        connection = await asyncpg.connect(metrics_url)
        await connection.execute(
            "update progress set state = 'forked' where subscription = $1 and partition = 0", tables_of(SALES).view.subscription
        )
        await connection.close()
        await says(client, False, ("sales", ORDERS, "forked"))


async def test_a_partner_is_told_as_well(metrics_url: str, kafka: str, topic_prefix: str) -> None:
    rows = rows_of(orders(3))
    rows[1]["data"] = b"{}"
    await publish(kafka, topic_prefix, ORDERS, rows)
    async with following(metrics_url, kafka, topic_prefix) as client:
        await says(client.as_("partner", partner_id="p-1"), False, ("sales", ORDERS, "parked"))


async def test_many_questions_look_as_one_does(empty: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def counted(views: Sequence[View]) -> Any:
        nonlocal looks
        looks += 1
        return standing_query(views)

    monkeypatch.setattr("metrics.application.completeness.standing_query", counted)
    monkeypatch.setattr("metrics.application.completeness.FRESH_SECONDS", 60)
    await asyncio.gather(*(asked(empty) for _ in range(20)))
    assert looks == 1
