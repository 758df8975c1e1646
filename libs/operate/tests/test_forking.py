"""A reaction that applied what its log has lost."""

from functools import partial
from uuid import UUID

from channel_events import Log
from channel_events.broker import Broker
from channel_operate import accept_fork

from ...events.tests.moving import SPECIMEN, eventually, fill, has_status, is_caught_up, produce, public_rows, running
from ...events.tests.test_reaction import create, follower, log, telling, told, told_count

__all__ = ["log"]  # of both deciders


async def test_a_forked_reaction_goes_on_by_command_from_the_start_and_acts_once(
    log: Log, database: str, kafka: str, topic_prefix: str
) -> None:
    reaction = telling(SPECIMEN)
    await create(database, reaction)
    await fill(log, jars=2, each=4)
    sent = await public_rows(database)
    broker, topic = Broker(kafka, "embedded"), topic_prefix + "specimen"
    last = next(row for row in reversed(sent) if row["stream"] == "jar/jar0")
    lost = {**dict(last), "id": UUID(int=7)}
    await produce(broker, topic, [row for row in sent if row is not last])
    await produce(broker, topic, [lost, last])
    async with running(reader := follower(reaction, log, database, kafka, topic_prefix)):
        await eventually(partial(has_status, reader, "forked"))
        await eventually(partial(told_count, database, 8))
        assert await accept_fork(log, reaction) == [last["partition"]]
    reset = topic_prefix + "again."
    await produce(broker, reset + "specimen", sent)
    async with running(reader := follower(reaction, log, database, kafka, reset)):
        await eventually(partial(told_count, database, 9))
        await eventually(partial(is_caught_up, reader))
        assert reader.status == "running"
    causes = [row["causation"] for row in await told(database)]
    assert sorted(causes) == sorted([*(str(row["id"]) for row in sent), str(UUID(int=7))]), "each acted once, the lost one stays done"
