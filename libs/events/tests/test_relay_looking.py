"""The relay asks whether its broker is still the same one, and is held up by no question that nobody answers."""

import asyncio
from functools import partial
from typing import Any

import pytest
from aiokafka.errors import RequestTimedOutError
from channel_events import Log
from channel_events.broker import Broker
from channel_events.relay import Relay
from channel_events.relay import looking as relay_looking
from channel_events.relay.looking import Looking, OtherBroker

from .moving import eventually, fill, is_caught_up, running, take
from .test_relay import holds_records

SILENT = RequestTimedOutError()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_looking, "_EVERY_SECONDS", 0.02)


class Nodes:
    """What the nodes answer, one question after another; the last answer is given again and again."""

    def __init__(self, *answers: str | Exception) -> None:
        self._answers, self._last = iter(answers), answers[-1]
        self.asked = 0

    async def describe_cluster(self) -> dict[str, Any]:
        self.asked += 1
        answer = next(self._answers, self._last)
        if isinstance(answer, Exception):
            raise answer
        return {"cluster_id": answer}

    async def has_been_asked(self, times: int) -> bool:
        return self.asked >= times


async def test_a_node_that_does_not_answer_is_no_news_while_another_one_does() -> None:
    nodes = Nodes("it", SILENT, "it", SILENT, "it")
    async with Looking.at(nodes, "it") as looking:
        await eventually(partial(nodes.has_been_asked, 8))
        looking.check()
        assert looking.fresh


@pytest.mark.parametrize(("answers", "wanted"), [(("it", SILENT, SILENT), RequestTimedOutError), (("it", "another"), OtherBroker)])
async def test_nobody_who_answers_and_another_broker_are_told(answers: tuple[str | Exception, ...], wanted: type[Exception]) -> None:
    async with Looking.at(Nodes(*answers), "it") as looking:
        await asyncio.wait([looking.task], timeout=5)
        with pytest.raises(wanted):
            looking.check()


async def test_a_question_that_nobody_answers_holds_nobody_up(
    log: Log, database: str, kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def unanswered(_admin: Any) -> None:
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(relay_looking, "cluster_id", unanswered)
    relay = Relay(service="specimen", dsn=database, broker=Broker(kafka, prefix=topic_prefix), wake=log.wake())
    await fill(log)
    async with running(relay):
        await eventually(partial(is_caught_up, relay))
        await asyncio.wait_for(asked.wait(), 15)
        await take(log, each=2)
        await eventually(partial(holds_records, kafka, topic_prefix, 60), 5)
