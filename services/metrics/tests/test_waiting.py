"""Answers that wait for a write, and how far the views are."""

import asyncio

import pytest
from channel_events.pure import Rejected
from channel_service.testing import Running
from metrics.app import VIEWS
from metrics.application.waiting import positions, wait_until_seen

from .folding import reach

SOURCE = "orders-inventory"


def test_a_token_names_a_position_for_each_partition() -> None:
    assert positions("1042;3:1042,11:1040") == {3: 1042, 11: 1040}
    assert positions("1042;") == {}


@pytest.mark.parametrize("token", ["", "7", "x;1:2", "1;1", "1;1:2,", "1;1:2;", "1;99999:1", "1;1:" + "9" * 19, "１;1:2"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Rejected, match="invalid_request"):
        positions(token)


async def test_a_question_waits_until_every_view_of_the_source_has_seen_the_write(empty: Running, metrics_url: str) -> None:
    await reach(metrics_url, "sales_v1", SOURCE, {3: 41})
    asked = asyncio.create_task(empty.get("/v1/kpis/orders", params={"wait_for": "42;3:42"}))
    await asyncio.sleep(0.1)
    await reach(metrics_url, "sales_v1", SOURCE, {3: 42})
    await asyncio.sleep(0.1)
    assert not asked.done(), "products_v1 has not seen it yet"
    await reach(metrics_url, "products_v1", SOURCE, {3: 50})
    assert (await asked).status_code == 200


async def test_time_up_says_where_the_views_are(empty: Running, metrics_url: str) -> None:
    for view in ("sales_v1", "products_v1"):
        await reach(metrics_url, view, SOURCE, {3: 41, 4: 60})
    with pytest.raises(Rejected, match="view_behind") as refused:
        await wait_until_seen(empty.runtime.reading, VIEWS, "43;3:42,4:43", SOURCE, patience=0.05)
    assert refused.value.facts == {"position": "3:41"}


async def test_progress_tells_how_far_each_view_is(empty: Running, metrics_url: str) -> None:
    await reach(metrics_url, "sales_v1", SOURCE, {3: 41})
    item = {"view": "sales_v1", "source": SOURCE, "partition": 3, "position": 41, "state": "running"}
    assert (await empty.get("/v1/progress")).json() == {"items": [item]}
