"""Few log lines per cause: what goes wrong a thousand times a second is told now and then, with how often."""

import asyncio
import threading
from typing import Any

import structlog
from prometheus_client import Counter

from channel_service.rates import Limiter, Rate

HELD_BACK = Counter("qudao_log_lines_held_back_total", "Log lines of a warning or worse that were left out since their cause had many.")

RATE = Rate(0.2, 20)
"""Lines of one cause: on average a second, and at once."""
SAY_SECONDS = 10.0
_MANY = 1_000
"""Causes that are told apart while their lines are held back."""
_WORSE = frozenset({"warning", "error", "critical"})


class HeldBack:
    """A processor of structlog: drops what is too much. The next line of the cause says how many were (``held_back``); when none comes,
    a line of its own does, after `SAY_SECONDS` or at the end (`say`)."""

    def __init__(self, limiter: Limiter | None = None) -> None:
        self._limiter = limiter or Limiter(RATE)
        self._held: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._lock = threading.Lock()
        self._saying = False

    def __call__(self, _: Any, __: str, event: Any) -> Any:
        if event.get("level") not in _WORSE or self._saying:
            return event
        cause = _cause(event)
        with self._lock:
            if self._limiter.spend(cause).wait == 0:
                if held := self._held.pop(cause, 0):
                    event["held_back"] = held
                return event
            cause = cause if cause in self._held or len(self._held) < _MANY else "others"
            self._held[cause] = self._held.get(cause, 0) + 1
        HELD_BACK.inc()
        self._say_later()
        raise structlog.DropEvent

    def say(self) -> None:
        """Tells now what was held back and not told yet."""
        with self._lock:
            held, self._held, self._timer = self._held, {}, None
        self._saying = True
        try:
            for cause, lines in held.items():
                structlog.get_logger("channel_service.logs").warning("log lines were held back", cause=cause, held_back=lines)
        finally:
            self._saying = False

    def _say_later(self) -> None:
        if self._timer is None:
            try:
                self._timer = asyncio.get_running_loop().call_later(SAY_SECONDS, self.say)
            except RuntimeError:  # another thread's line: told with the next one, or at the end
                return


def _cause(event: Any) -> str:
    """What is logged, by whom, and the kind of its error: no value of a request but its route's template."""
    record = event.get("_record")
    what = record.msg if record is not None else event.get("event")
    error = str(event.get("exception") or event.get("error") or "").rpartition("\n")[2].partition(":")[0]
    return " ".join(str(one) for one in (what, event.get("route"), event.get("part") or event.get("subscription"), error) if one)[:300]
