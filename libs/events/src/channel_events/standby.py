"""Waiting for one's turn where only one process of all shall work."""

import asyncio
from collections.abc import Awaitable, Callable

from channel_events.pulse import STANDING_BY, STARTING, Pulse

STANDBY_SECONDS = 1.0
_FIRST_PAUSE = 0.01


async def stand_by(lock: Callable[[], Awaitable[bool]], pulse: Pulse) -> None:
    """Returns when ``lock`` says that it is ours; asked every `STANDBY_SECONDS`, sooner at first: what holds it then may be
    nothing but our own session that just ended."""
    pause = _FIRST_PAUSE
    while not await lock():
        pulse.enter(STANDING_BY)
        await asyncio.sleep(min(pause, STANDBY_SECONDS))
        pause = min(2 * pause, STANDBY_SECONDS)
    if pulse.state == STANDING_BY:
        pulse.enter(STARTING)
