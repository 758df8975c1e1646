"""The part of a process that moves events: the relay, a subscription per view and source and per reaction, timers and senders."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from channel_events import read_topic_key
from channel_events.log import Log
from channel_events.relay import Relay, TopicRefused
from channel_events.sending import SenderRun
from channel_events.subscription import ReactionSubscription, ViewSubscription
from channel_events.tasks import end
from channel_events.timing import Clock, TimerRun, now

from channel_service.service import Service
from channel_service.settings import Settings, required

_log = structlog.get_logger("channel_service.worker")


class Process(NamedTuple):
    """What a process gives its senders to open what they need."""

    settings: Settings
    log: Log


class Worker:
    """Runs beside the routes in the same loop (role ``all``), or alone (role ``worker``).

    Relay and subscriptions get over a broker or database that is away by themselves. What they cannot get over ends the
    process: a worker that only looks alive is worse than one that is restarted.

    ``refusal``: why the process should never have started, found only now because the broker was not asked before.
    """

    def __init__(self, service: Service, settings: Settings, log: Log, clock: Clock = now) -> None:
        shared: dict[str, Any] = {
            "service": service.name,
            "dsn": settings.database_url,
            "bootstrap": required(settings, "kafka_bootstrap", f"and the role {settings.role} moves events"),
            "profile": settings.broker_profile,
            "topic_prefix": settings.topic_prefix,
            "topic_key": None if settings.topic_key is None else read_topic_key(settings.topic_key.get_secret_value()),
        }
        self.relay = Relay(**shared, replication=settings.topic_replication, wake=log.wake(), restored=log.restored)
        self.subscriptions = [ViewSubscription(view, source, **shared, log=log) for view in service.views for source in view.sources]
        self.reactions = [ReactionSubscription(reaction, **shared, log=log) for reaction in service.reactions]
        own: dict[str, Any] = {"dsn": settings.database_url, "log": log, "clock": clock}
        self.timers = [TimerRun(timer, **own) for timer in service.timers]
        self.senders = [SenderRun(sender, **own, given=Process(settings, log)) for sender in service.senders]
        self.failed = False
        self.refusal: str | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._call: Callable[[], object] = lambda: None

    @property
    def state(self) -> str:
        """``ok`` once all parts have started, whether or not the broker is there."""
        if self.failed:
            return "failed"
        waiting = [one.name for one in self._parts if not one.started]
        acting: list[TimerRun | SenderRun] = [*self.timers, *self.senders]
        waiting += [one.name for one in acting if one.status == "starting"]
        return f"starting: {', '.join(waiting)}" if waiting else "ok"

    def troubles(self) -> dict[str, str]:
        """What does not flow although the process is well, by the part's name: nothing is lost meanwhile, and no restart helps."""
        parts: list[Relay | ViewSubscription | ReactionSubscription] = [self.relay, *self._parts]
        return {one.name: trouble for one in parts if (trouble := one.trouble())}

    def caught_up(self) -> bool:
        """Whether every view and reaction has done all that its sources had at the last look."""
        return all(one.caught_up() for one in self._parts)

    @property
    def sending(self) -> dict[str, str]:
        """Of each sender what is not as it should be, ``ok`` otherwise. No reason not to be ready: the other side has to mend it."""
        return {one.sender.name: one.trouble or "ok" for one in self.senders}

    @property
    def _parts(self) -> list[ViewSubscription | ReactionSubscription]:
        return [*self.subscriptions, *self.reactions]

    def on_failure(self, call: Callable[[], object]) -> None:
        """``call`` when a part ends by an error."""
        self._call = call

    def start(self) -> None:
        for one in (self.relay, *self._parts, *self.timers, *self.senders):
            self._run(one)

    async def stop(self) -> None:
        await end(*self._tasks)

    def _run(self, part: Relay | ViewSubscription | ReactionSubscription | TimerRun | SenderRun) -> None:
        async def watched() -> None:
            try:
                await part.run()
            except Exception as error:
                _log.exception("a part of the worker failed", part=part.name)
                if isinstance(error, TopicRefused) and not getattr(part, "ran", True):
                    self.refusal = str(error)
                self.failed = True
                self._call()

        self._tasks.append(asyncio.create_task(watched(), name=part.name))
