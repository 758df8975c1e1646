"""The part of a process that moves events: the relay, and a subscription per view and source."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from channel_events.log import Log

from channel_service.service import Service
from channel_service.settings import Settings

_log = structlog.get_logger("channel_service.worker")


class Worker:
    """Runs beside the routes in the same loop (role ``all``), or alone (role ``worker``)."""

    def __init__(self, service: Service, settings: Settings, log: Log) -> None:
        self._service = service
        self._settings = settings
        self._log = log
        self._tasks: list[asyncio.Task[Any]] = []
        self._failed: Callable[[], object] = lambda: None
        self.failed = False

    @property
    def state(self) -> str:
        """``ok`` once all parts run."""
        return "failed" if self.failed else "ok"

    def on_failure(self, call: Callable[[], object]) -> None:
        """``call`` when a part ends with an error that it could not get over by itself."""
        self._failed = call

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
