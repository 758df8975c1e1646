"""What a part that works for ever says of itself: what it does, when it last got round, and since when it does not."""

import time

from channel_events import telemetry

STARTING, RUNNING, RETRYING, STALLED = "starting", "running", "retrying", "stalled"
STANDING_BY, WAITING, AUDITING = "standing by", "waiting", "auditing"
"""Another one does the work; what it needs is not there yet; it looks what of the log its topic holds."""

FRESH_SECONDS = 5.0
"""What was seen longer ago is no news: the network may have gone since, without a word."""
STALLED_SECONDS = 15.0
"""A part that does not get round for so long does not run, whatever it believes."""
LASTING_SECONDS = 10.0
"""Trouble that lasts no longer is not worth a person's attention: parts begin again by themselves."""

_WELL = frozenset({RUNNING, STANDING_BY, AUDITING})


class Pulse:
    """Beats when its part, called ``name`` in metrics, gets round. ``why`` says more about the present state,
    to whoever may ask for the process's health: nothing of data or addresses."""

    def __init__(self, name: str) -> None:
        self.state, self.why = STARTING, ""
        self.ran = False
        """Whether it ever was ``running``."""
        self._round = telemetry.ROUND.labels(name)
        self._round.set_to_current_time()  # what never gets well is late from now on
        self._beat = self._well = time.monotonic()

    def enter(self, state: str, why: str = "") -> None:
        self.state, self.why = state, why
        self.ran = self.ran or state == RUNNING
        self._beat = time.monotonic()
        if state != AUDITING:  # an audit that begins and fails again and again is no sign of health, one that gets on is
            self.beat()

    def beat(self) -> None:
        self._beat = time.monotonic()
        if self.state in _WELL:
            self._well = self._beat
            self._round.set_to_current_time()

    @property
    def fresh(self) -> bool:
        """Whether it got round just now."""
        return time.monotonic() - self._beat < FRESH_SECONDS

    @property
    def status(self) -> str:
        """The state, unless it is long over: then ``stalled``."""
        return STALLED if self.state in _WELL and time.monotonic() - self._beat > STALLED_SECONDS else self.state

    def trouble(self) -> str | None:
        """What is wrong, in words, when that lasts; None otherwise."""
        seconds, status = time.monotonic() - self._well, self.status
        if status in (RUNNING, STANDING_BY) or seconds < LASTING_SECONDS:
            return None
        return f"{status} for {seconds:.0f} s" + (f": {self.why}" if self.why else "")
