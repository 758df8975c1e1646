"""A reaction that took in what its log has lost goes on by command: what it did is done, what it missed it does."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from channel_events import Log, On, Reaction, Recorded
from channel_events.broker import Broker
from channel_operate import accept_fork

from ...events.tests.moving import SPECIMEN, eventually, fill, has_status, is_caught_up, produce, public_rows, rows, running
from ...events.tests.specimen import MarblesTaken
from ...events.tests.test_reaction import SHELF, Tell, create, follower, opened, told


@pytest.fixture
async def log(database: str) -> AsyncIterator[Log]:
    async with opened(database) as log:
        yield log


def telling(acts: Any = lambda _: True) -> Reaction:
    def commands(event: Recorded) -> Iterator[On]:
        if isinstance(event.data, MarblesTaken) and acts(event):
            yield On(SHELF, event.key, Tell(event.data.count))

    return Reaction("tell_shelf", of=SPECIMEN, commands=commands)


class Ways:
    """What a log has (``kept``), and a way it went once (``seen``): the same up to two events that are lost."""

    def __init__(self, sent: list[Any]) -> None:
        self.kept = sent
        before, *again = [row for row in sent if row["stream"] == sent[-1]["stream"]][-4:]
        self.lost: list[dict[str, Any]] = []
        for number, (previous, at) in enumerate(zip([before, *again], again[:2], strict=False), 1):
            link = self.lost[-1] if self.lost else previous
            self.lost.append({**dict(at), "id": UUID(int=number), "previous_position": link["position"], "previous_id": link["id"]})
        self.common = [row for row in sent if row not in again]
        self.missed = again
        self.partition = sent[-1]["partition"]


async def fork(log: Log, database: str, kafka: str, prefix: str, reaction: Reaction) -> Ways:
    """It took the lost way in, met the other, and was told to go on."""
    await fill(log, jars=1, each=7)
    ways = Ways(await public_rows(database))
    await produce(Broker(kafka, "embedded"), prefix + "specimen", [*ways.common, *ways.lost, *ways.missed])
    async with running(reader := follower(reaction, log, database, kafka, prefix)):
        await eventually(partial(has_status, reader, "forked"))
        assert await accept_fork(log, reaction) == [ways.partition]
    return ways


async def go_on(log: Log, database: str, kafka: str, prefix: str, reaction: Reaction, ways: Ways) -> None:
    """On a topic that holds what the log has."""
    await produce(Broker(kafka, "embedded"), prefix + "again.specimen", ways.kept)
    async with running(reader := follower(reaction, log, database, kafka, prefix + "again.")):
        await eventually(partial(is_at, database, str(ways.kept[-1]["id"])))
        await eventually(partial(is_caught_up, reader))
        assert reader.status == "running"


async def is_at(database: str, event_id: str) -> bool:
    return bool(await rows(database, "select 1 from progress where id = $1", event_id))


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in found]


async def causes(database: str) -> list[str]:
    return [row["causation"] for row in await told(database)]


async def test_a_forked_reaction_goes_on_by_command_from_the_start_and_acts_once(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    reaction = telling()
    await create(database, reaction)
    ways = await fork(log, database, kafka, topic_prefix, reaction)
    assert await causes(database) == ids(ways.common + ways.lost)
    await go_on(log, database, kafka, topic_prefix, reaction, ways)
    assert await causes(database) == ids(ways.common + ways.lost + ways.missed), "each acted once, what is lost stays done"


async def test_what_was_passed_over_before_a_fork_does_not_act_after_it(log: Log, database: str, kafka: str, topic_prefix: str) -> None:
    """By newer code it would: what was seen is over, what the log gave meanwhile, at the same positions, is not."""
    newer = False
    reaction = telling(lambda _: newer)
    await create(database, reaction)
    ways = await fork(log, database, kafka, topic_prefix, reaction)
    assert await causes(database) == []
    newer = True
    await go_on(log, database, kafka, topic_prefix, reaction, ways)
    assert await causes(database) == ids(ways.missed)


async def test_what_was_passed_over_beside_others_that_acted_does_not_act_after_a_fork(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    newer = False
    reaction = telling(lambda event: newer or event.version % 2)
    await create(database, reaction)
    ways = await fork(log, database, kafka, topic_prefix, reaction)
    acted = await causes(database)
    assert 0 < len(acted) < len(ways.common + ways.lost)
    newer = True
    await go_on(log, database, kafka, topic_prefix, reaction, ways)
    assert await causes(database) == acted + ids(ways.missed)
