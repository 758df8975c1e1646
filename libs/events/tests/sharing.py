"""What tests of shared subscriptions share: workers beside the test, and one in a process of its own.

``python -m tests.sharing DSN BOOTSTRAP PREFIX SIGNAL`` follows the view as any worker; with a SIGNAL it gives itself that one in
the middle of the transaction that applies the first events it gets while it shares with somebody.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import channel_events.subscription.fold
from channel_events import Log, Recorded
from channel_events.broker import Broker
from channel_events.partition import PARTITIONS
from channel_events.relay import Relay
from channel_events.subscription import ViewSubscription

from .moving import check_applied_once, eventually, fill, make_tables, reached, running, subscription, take, taken_view

JARS = 24


def worker(dsn: str, bootstrap: str, prefix: str, *, fail: Callable[[Recorded], None] = lambda _: None, **more: Any) -> ViewSubscription:
    return subscription(taken_view(fail=fail), dsn, bootstrap, prefix, "kafka", **more)


class Flow:
    """A log with a relay, and a view of its topic; ``more`` writes events, and returns when all there are have been applied."""

    def __init__(self, log: Log, database: str, kafka: str, prefix: str) -> None:
        self.log, self.database, self.at = log, database, (database, kafka, prefix)
        self.written = 0

    def worker(self, **more: Any) -> ViewSubscription:
        return worker(*self.at, **more)

    async def write(self, each: int = 1) -> None:
        await take(self.log, jars=JARS, each=each)
        self.written += JARS * each

    async def more(self, each: int = 1) -> None:
        await self.write(each)
        await eventually(partial(reached, self.database, self.written), 40)


async def follows(one: ViewSubscription, count: int) -> bool:
    return len(one._rows) == count


async def halved(one: ViewSubscription, other: ViewSubscription) -> bool:
    """Whether the two follow half of the partitions each."""
    return [len(one._rows), len(other._rows), len({*one._rows, *other._rows})] == [PARTITIONS // 2, PARTITIONS // 2, PARTITIONS]


@asynccontextmanager
async def flowing(flow: Flow) -> AsyncIterator[None]:
    """With a relay; at the end the view holds what the log says."""
    dsn, bootstrap, prefix = flow.at
    await make_tables(dsn, taken_view())
    await fill(flow.log, jars=JARS, each=0)
    relay = Relay(service="specimen", dsn=dsn, broker=Broker(bootstrap, "kafka", prefix=prefix), wake=flow.log.wake())
    async with running(relay):
        yield
    await check_applied_once(flow.log, dsn)


@asynccontextmanager
async def worker_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    folder = Path(__file__).parent.parent
    made = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.sharing", *arguments, cwd=folder)
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.wait()


async def main(dsn: str, bootstrap: str, prefix: str, signal: str = "") -> None:
    one = worker(dsn, bootstrap, prefix)
    apply = channel_events.subscription.fold.apply
    left = [int(signal)] if signal else []

    async def struck(*arguments: Any) -> None:
        await apply(*arguments)
        if left and await follows(one, PARTITIONS // 2):
            os.kill(os.getpid(), left.pop())

    channel_events.subscription.fold.apply = struck  # type: ignore[assignment]
    await one.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
