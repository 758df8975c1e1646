"""A reaction that asks before it commands is told what every event before it has written, also within one batch."""

from functools import partial
from typing import Any

import pytest
from channel_events import OWN_LOG, Ask, On, Reaction, Recorded, Topic
from channel_events.relay import Relay

from .moving import SPECIMEN, eventually, fill, rows, running
from .specimen import MarblesTaken
from .test_reaction import SHELF, Tell, create, follower, opened, told_count

_COUNTS = "select (data->>'count')::int as count from event where type = 'shelf_told' order by position"


def counting(of: Any) -> Reaction:
    """Tells the shelf how often it was told before."""

    def commands(event: Recorded) -> Any:
        if isinstance(event.data, MarblesTaken):
            shelf = yield Ask(SHELF, "one")
            yield On(SHELF, "one", Tell(shelf.version + 1))

    return Reaction("count_up", of=of, commands=commands)


@pytest.mark.parametrize("of", [OWN_LOG, SPECIMEN], ids=["own log", "topic"])
async def test_a_question_is_answered_with_what_the_event_before_wrote(database: str, kafka: str, topic_prefix: str, of: Any) -> None:
    reaction = counting(of)
    await create(database, reaction)
    async with opened(database) as log:
        await fill(log, jars=3, each=20)
        parts: list[Any] = [follower(reaction, log, database, kafka, topic_prefix)]
        if isinstance(of, Topic):
            parts.append(Relay(service="specimen", dsn=database, bootstrap=kafka, topic_prefix=topic_prefix, wake=log.wake()))
        async with running(*parts):
            await eventually(partial(told_count, database, 60), seconds=60)
    assert [row["count"] for row in await rows(database, _COUNTS)] == [*range(1, 61)]
