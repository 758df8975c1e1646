"""Going on after a fork, by command."""

from channel_events.log import Log
from channel_events.log.connect import connect_as
from channel_events.reaction import Reaction

_FORGET_PARKED = """
with streams as (
  delete from parked_stream s using progress p
   where p.subscription = $1 and p.state = 'forked'
     and s.subscription = p.subscription and s.source = p.source and s.partition = p.partition
  returning s.source, s.stream
)
delete from parked_event e using streams s where e.subscription = $1 and e.source = s.source and e.stream = s.stream
"""
_TO_THE_START = """
update progress set revision = revision + 1, position = 0, id = default, topic_offset = null, state = 'running', stepping_attempts = 0
 where subscription = $1 and state = 'forked' returning partition
"""
_LOCK = "select from progress where subscription = $1 and state = 'forked' order by source, partition for update"


async def accept_fork(log: Log, reaction: Reaction) -> list[int]:
    """Lets the forked partitions of a reaction go on, from the start; which they were.

    To the start and not to the last event in common: what it did is kept single by its keys, and only the start is surely
    on the log's way. What was parked there is read again. To be called when it is known that the topic holds what the log
    has. A view that forked is rebuilt instead.
    """
    connection = await connect_as(log.dsn, "qudao-accept-fork", lock_timeout="5s")
    try:
        async with connection.transaction():
            await connection.fetch(_LOCK, reaction.subscription)
            await connection.execute(_FORGET_PARKED, reaction.subscription)
            return sorted(row["partition"] for row in await connection.fetch(_TO_THE_START, reaction.subscription))
    finally:
        connection.terminate()
