"""What tests of senders share: letters that are wanted, and a process that sends them until it is killed at a named point.

``python posting.py DSN FILE POINT AHEAD`` appends each letter that it sends to FILE, and kills itself when it comes to POINT the first
time; its clock is AHEAD seconds ahead.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from channel_events import OWN_LOG, Backoff, Decider, Known, Log, Outgoing, Sender, event
from channel_events.broker import Broker
from channel_events.sending import SenderRun
from channel_events.subscription import ReactionSubscription, ViewSubscription
from msgspec import Struct


@event("letter_wanted")
class LetterWanted(Struct, frozen=True):
    to: str


class Want(Struct, frozen=True):
    to: str


def decide(command: Want, _: None, __: Known) -> Iterator[LetterWanted]:
    yield LetterWanted(command.to)


DESK: Decider[Want, None, LetterWanted] = Decider("desk", initial=None, decide=decide, evolve=lambda state, _: state, events=[LetterWanted])

Opened = Callable[[Any], Any]


def posting(opened: Opened, **more: Any) -> Sender:
    """A sender of letters that tries thrice."""
    given = {"target": lambda e: e.data.to, "shows": ["to"], "retry": Backoff(tries=3, first=0.01, longest=0.02), **more}
    return Sender("post", intents=[LetterWanted], send=opened, **given)


async def opened_log(dsn: str, sender: Sender) -> Log:
    deciders: list[Decider[Any, Any, Any]] = [DESK, sender.deliveries]
    return await Log.open(service="specimen", dsn=dsn, deciders=deciders, timezone="Asia/Shanghai", durable=False)


def parts(sender: Sender, log: Log, dsn: str) -> list[Any]:
    """Its reaction and its view, beside which it runs."""
    given: dict[str, Any] = {"dsn": dsn, "broker": Broker("127.0.0.1:1"), "service": "specimen", "log": log}
    return [ReactionSubscription(sender.reaction, **given), ViewSubscription(sender.view, OWN_LOG, **given)]


POINTS = ("before_claim", "after_claim", "before_effect", "after_effect", "before_end", "after_end")


async def main(dsn: str, file: str, point: str, ahead: str) -> None:
    def at(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    @asynccontextmanager
    async def opened(_: Any) -> AsyncIterator[Callable[[Outgoing], Awaitable[None]]]:
        async def send(letter: Outgoing) -> None:
            at("before_effect")
            with Path(file).open("a") as out:  # noqa: ASYNC230 - a line
                out.write(f"{letter.id} {letter.number}\n")
            at("after_effect")

        yield send

    for step in ("claim", "end"):
        setattr(SenderRun, f"_{step}", _between(getattr(SenderRun, f"_{step}"), at, step))
    sender = posting(opened)
    log = await opened_log(dsn, sender)
    run = SenderRun(sender, dsn=dsn, log=log, clock=lambda: datetime.now(UTC) + timedelta(seconds=float(ahead)))
    await asyncio.gather(*(part.run() for part in [*parts(sender, log, dsn), run]))


def _between(step: Callable[..., Any], at: Callable[[str], None], name: str) -> Callable[..., Any]:
    async def killed(*arguments: Any) -> Any:
        at(f"before_{name}")
        done = await step(*arguments)
        at(f"after_{name}")
        return done

    return killed


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
