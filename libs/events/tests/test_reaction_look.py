"""A reaction that looks before it decides finds what every event before it has written, also within one batch."""

from functools import partial
from typing import Any

import pytest
from channel_events import OWN_LOG, On, Reaction, Recorded, Topic
from channel_events.relay import Relay

from .moving import SPECIMEN, eventually, fill, rows, running
from .specimen import MarblesTaken
from .test_reaction import SHELF, Tell, create, follower, opened, told_count

_TOLD = "select count(*) from event where type = 'shelf_told'"
_COUNTS = "select (data->>'count')::int as count from event where type = 'shelf_told' order by position"


def counting(of: Any) -> Reaction:
    """Tells the shelf how often it was told before."""

    async def look(connection: Any, event: Recorded) -> int | None:
        return int(await connection.fetchval(_TOLD)) if isinstance(event.data, MarblesTaken) else None

    def commands(_: Recorded, found: int | None) -> Any:
        if found is not None:
            yield On(SHELF, "one", Tell(found + 1))

    return Reaction("count_up", of=of, look=look, commands=commands)


@pytest.mark.parametrize("of", [OWN_LOG, SPECIMEN], ids=["own log", "topic"])
async def test_a_look_finds_what_the_event_before_it_wrote(database: str, kafka: str, topic_prefix: str, of: Any) -> None:
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
