"""The work behind the settlement, look by look: in which order it does what there is to do."""

from types import SimpleNamespace
from typing import Any

import pytest
from channel_events import Actor, On
from channel_service.testing import Running, fold
from incentives.application import settling
from incentives.application.settling import Settling
from incentives.domain.settlement import CALENDAR, SETTLEMENT, Settlement
from incentives.domain.settlement.decide import EndPeriod
from incentives.views.ledgers import LEDGERS
from incentives.views.plans import PLANS
from incentives.views.settlement_periods import PERIODS

from .plans import document, go, rule
from .settling import arrive, begin
from .test_earnings_over_http import ORDERS


async def test_a_period_that_has_ended_is_cut_off_when_all_that_was_told_is_posted(client: Running) -> None:
    log, look, reading = client.runtime.log, Settling().look, client.runtime.reading_everything
    await go(client, document(rule({"flat": {"rate": "0.1"}})))
    await begin(client)
    await arrive(client, ORDERS[:3])
    await log.execute(On(SETTLEMENT, CALENDAR, EndPeriod("2026-01")), by=Actor("test"))
    told = await log.head()

    async def folded(view: Any, after: int = 0) -> None:
        await fold(client.runtime.settings.database_url, view, await log.read(after=after, limit=1000))

    async def taking() -> str:
        settlement: Settlement = await log.state(SETTLEMENT, CALENDAR)
        assert settlement.open is not None
        return settlement.open.period.name

    await folded(PLANS)
    assert await look(log, reading), "there is somebody to be worked out"
    assert [event.type for event in await log.read(after=told, limit=10)] == ["lines_counted", "earning_accrued", "earnings_worked_out"]
    assert not await look(log, reading), "whether that was all is not known before the view of the ledger has it"
    assert await taking() == "2026-01"
    await folded(LEDGERS, told)
    assert not await look(log, reading), "that it has ended is a fact for guarantees, and not known before the view of periods has it"
    assert await taking() == "2026-01"
    await folded(PERIODS)
    assert await look(log, reading)
    assert await taking() == "2026-02"
    assert not await look(log, reading)


async def test_a_question_that_takes_long_is_not_asked_all_the_time(client: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    log, look, reading = client.runtime.log, Settling().look, client.runtime.reading_everything
    await go(client, document(rule({"flat": {"rate": "0.1"}})))
    await begin(client)
    now, asked = 1000.0, 0

    async def slow(*_: Any) -> list[Any]:
        nonlocal now, asked
        asked += 1
        now += 5
        return []

    async def looked(order: Any) -> int:
        await arrive(client, [order])
        await look(log, reading)
        return asked

    monkeypatch.setattr(settling, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(settling, "touched", slow)
    assert [await looked(one) for one in ORDERS[:2]] == [1, 1]
    now += 5 * settling.RESTS
    assert await looked(ORDERS[2]) == 2
    await log.execute(On(SETTLEMENT, CALENDAR, EndPeriod("2026-01")), by=Actor("test"))
    await look(log, reading)
    assert asked == 3, "a period that has ended waits for all"
