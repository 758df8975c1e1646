"""A part that works for ever: a subscription, a timer, a sender."""

import asyncio
from abc import ABC, abstractmethod

import structlog

from channel_events import telemetry
from channel_events.broker import TopicRefused
from channel_events.pulse import RETRYING, STARTING, Pulse
from channel_events.told import told

_log = structlog.get_logger("channel_events.lasting")

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before a part begins again: the second when it fails again and again without getting anywhere."""


class Lasting(ABC):
    """Works in sessions, and begins the next one when one fails. ``name`` is shown in logs and metrics."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._pulse = Pulse(name)
        self._progressed = False
        """Whether this session got anywhere: what fails after that is begun again at once."""

    @abstractmethod
    async def _session(self) -> None:
        """Works until something fails, beginning from what is stored; nothing in memory is believed."""

    @property
    def status(self) -> str:
        """``running``, ``standing by`` while another process does the work; or why it does not get on: ``starting``, ``retrying``,
        ``stalled``."""
        return self._pulse.status

    @property
    def started(self) -> bool:
        """Whether it has found out what it is to do."""
        return self._pulse.state != STARTING

    @property
    def ran(self) -> bool:
        """Whether it ever was ``running``."""
        return self._pulse.ran

    def trouble(self) -> str | None:
        """What does not flow, in words, when that lasts."""
        return self._pulse.trouble()

    async def run(self) -> None:
        """Until cancelled. Errors are logged and counted, and everything begins again after a pause.

        `TopicRefused` ends it: the topic has another number of partitions, and no waiting mends that.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await self._session()
            except TopicRefused:
                raise
            except Exception as error:
                self._pulse.enter(RETRYING, type(error).__name__)
                pause = FIRST_PAUSE if self._progressed else min(2 * pause, LONGEST_PAUSE)
                telemetry.ERRORS.labels(self.name).inc()
                _log.warning("part_begins_again", part=self.name, error=told(error), pause=pause)
                await asyncio.sleep(pause)
            finally:
                self._progressed = False
