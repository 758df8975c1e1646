"""The heartbeat of a log: a write that changes nothing, so that a log that takes none is known before somebody needs one."""

import asyncio

from channel_events import telemetry
from channel_events.lasting import Lasting
from channel_events.log import Log
from channel_events.pulse import RUNNING
from channel_events.tasks import next_tick

EVERY_SECONDS = 10.0
"""Below `STALLED_SECONDS` of `pulse`."""
WITHIN_SECONDS = 4.0
"""A write that takes longer is none: appends give up then, or soon after."""


class LogBeat(Lasting):
    """Writes the log's head as it is, again and again, until it is cancelled."""

    def __init__(self, log: Log) -> None:
        super().__init__("log")
        self._log, self._stage = log, telemetry.HEARTBEAT.labels("log")
        self._stage.set_to_current_time()

    async def _session(self) -> None:
        while True:
            await self._log.beat(WITHIN_SECONDS)
            self._stage.set_to_current_time()
            self._progressed = True
            self._pulse.enter(RUNNING)
            await asyncio.sleep(next_tick(EVERY_SECONDS))
