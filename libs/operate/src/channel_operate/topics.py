"""What an operator may do with a service's topic. The relay is taken over for that: the one that runs stands by meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from channel_events.broker import Broker
from channel_events.envelope import Encoder
from channel_events.log.connect import IDLE_SECONDS, connect_as, prepare
from channel_events.relay.publishing import Publisher
from channel_events.relay.state import RelayState

_TRIES = 200


class RelayBusy(Exception):
    """The relay could not be taken over."""


@asynccontextmanager
async def taken_over(dsn: str) -> AsyncIterator[RelayState]:
    """Is the relay of the log at ``dsn``, in the place of the one that runs, which goes on afterwards with an audit."""
    connection = await connect_as(dsn, "qudao-operate", idle=IDLE_SECONDS)
    try:
        await prepare(connection)
        state = RelayState(connection)
        for _ in range(_TRIES):
            if await state.lock():
                break
            await state.end_holder()
            await asyncio.sleep(0.02)
        else:
            raise RelayBusy("another process is the relay again and again: end it, or try again")
        yield state
    finally:
        connection.terminate()


async def reset_topic(dsn: str, broker: Broker, topic: str) -> None:
    """An empty topic; the relay fills it again from the log.

    On a volatile broker the relay itself makes it anew, as for a broker that it does not know.
    """
    async with taken_over(dsn) as state:
        if not broker.profile.volatile:
            async with broker.admin() as admin:
                await broker.delete_topic(admin, topic)
        await state.save(0, "", {})


async def republish(
    dsn: str, broker: Broker, service: str, topic: str, after: int, sent: Callable[[int, int], object] = lambda count, position: None
) -> int:
    """Sends the public events behind position ``after`` again, whatever the topic holds; how many they were.

    Readers pass over what they know. ``sent(count, position)`` is called after each batch that the broker confirmed.
    """
    total = 0
    async with broker.admin() as admin:
        await broker.ensure_topic(admin, topic)
    async with taken_over(dsn) as state, Publisher.open(broker, topic, Encoder(service)) as sender:
        while rows := await state.unsent(after):
            await sender.send(rows, {})
            after, total = rows[-1]["position"], total + len(rows)
            sent(len(rows), after)
    return total
