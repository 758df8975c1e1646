"""The part of a process that moves events: the relay, a subscription per view and source and per reaction, timers, senders, works; and
the log's heartbeat."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, TypeAlias

import structlog
from channel_events import BrokerRefused
from channel_events.heartbeat import LogBeat
from channel_events.log import Log
from channel_events.relay import Relay, TopicRefused
from channel_events.sending import SenderRun
from channel_events.subscription import Joint, ReactionSubscription, ViewSubscription
from channel_events.tasks import end
from channel_events.timing import Clock, TimerRun, now

from channel_service.service import Service
from channel_service.settings import Settings, broker_of
from channel_service.work import Reading, WorkRun

_log = structlog.get_logger("channel_service.worker")


Follower: TypeAlias = ViewSubscription | ReactionSubscription
Acting: TypeAlias = TimerRun | SenderRun | WorkRun | LogBeat


class Process(NamedTuple):
    """What a process gives its senders to open what they need."""

    settings: Settings
    log: Log


class Part(NamedTuple):
    """What runs beside the routes until it is cancelled: a relay, a subscription, a timer, a sender, a work, the log's heartbeat."""

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]
    started: Callable[[], bool]
    ran: Callable[[], bool]
    """Whether it ever did its work."""
    trouble: Callable[[], str | None]
    """What does not flow, in words, though the process is well: nothing is lost meanwhile, and no restart helps."""

    @classmethod
    def of(cls, one: "Relay | Follower | Acting") -> "Part":
        started = (lambda: True) if isinstance(one, Relay) else lambda: one.started
        return cls(one.name, one.run, started, lambda: one.ran, one.trouble)


class Worker:
    """Runs beside the routes in the same loop (role ``all``), or alone (role ``worker``).

    Relay and subscriptions get over a broker or database that is away by themselves. What they cannot get over ends the
    process: a worker that only looks alive is worse than one that is restarted.

    ``refusal``: why the process should never have started, found only now because the broker was not asked before.
    """

    def __init__(self, service: Service, settings: Settings, log: Log, reading: Reading, clock: Clock = now) -> None:
        shared: dict[str, Any] = {"service": service.name, "dsn": settings.database_url, "broker": broker_of(settings)}
        self.relay = Relay(**shared, wake=log.wake(), restored=log.restored)
        both: dict[str, Any] = {**shared, "log": log, "joint": Joint(log)}
        self.subscriptions = [ViewSubscription(view, source, **both) for view in service.views for source in view.sources]
        self.reactions = [ReactionSubscription(reaction, **shared, log=log) for reaction in service.reactions]
        own: dict[str, Any] = {"dsn": settings.database_url, "log": log, "clock": clock}
        self.timers = [TimerRun(timer, **own) for timer in service.timers]
        self.senders = [SenderRun(sender, **own, given=Process(settings, log)) for sender in service.senders]
        self.works = [WorkRun(work, log=log, reading=reading) for work in service.works]
        acting: list[Follower | Acting] = [*self.subscriptions, *self.reactions, *self.timers, *self.senders, *self.works, LogBeat(log)]
        self.parts = [Part.of(one) for one in [self.relay, *acting]]
        self.failed = False
        self.refusal: str | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._call: Callable[[], object] = lambda: None

    @property
    def state(self) -> str:
        """``ok`` once all parts have started, whether or not the broker is there."""
        if self.failed:
            return "failed"
        waiting = [part.name for part in self.parts if not part.started()]
        return f"starting: {', '.join(waiting)}" if waiting else "ok"

    def troubles(self) -> dict[str, str]:
        """Of each part what does not flow (see `Part`)."""
        return {part.name: trouble for part in self.parts if (trouble := part.trouble())}

    def caught_up(self) -> bool:
        """Whether every view and reaction has done all that its sources had at the last look."""
        return all(one.caught_up() for one in (*self.subscriptions, *self.reactions))

    def on_failure(self, call: Callable[[], object]) -> None:
        """``call`` when a part ends by an error."""
        self._call = call

    def start(self) -> None:
        for part in self.parts:
            self._run(part)

    async def stop(self) -> None:
        await end(*self._tasks)

    def _run(self, part: Part) -> None:
        async def watched() -> None:
            try:
                await part.run()
            except Exception as error:
                if isinstance(error, BrokerRefused | TopicRefused):  # it says itself what to do
                    _log.error("a part of the worker cannot go on", part=part.name, why=str(error))
                    self.refusal = None if part.ran() else str(error)
                else:
                    _log.exception("a part of the worker failed", part=part.name)
                self.failed = True
                self._call()

        self._tasks.append(asyncio.create_task(watched(), name=part.name))
