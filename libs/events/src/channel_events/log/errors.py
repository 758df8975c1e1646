"""What can go wrong with a command, besides being rejected by its decider.

Rejected (channel_events.pure)   the decider, or the log's own check of what can be stored, says no: nothing was written
+-- KeyReused                    the command key came before, with another body: nothing was written
LogFailure
+-- LogUnavailable               the database could not be reached: nothing was written, try again
|   +-- LogBusy                  more commands wait than can be done soon: nothing was written, try again later
+-- OutcomeUnknown               the connection was lost while writing: it may be written; repeat it with the same key
StreamUnreadable                 the stream holds what this version cannot read: nothing was written, a newer version may
UnsafeServer                     the database would lose what it confirmed: refuse to start
"""

from collections.abc import Mapping
from typing import Any

from channel_events.lost import DRIVER_LOST as DRIVER_LOST
from channel_events.pure import Rejected


class KeyReused(Rejected):
    """The same command key came before with another body."""

    def __init__(self, key: str) -> None:
        super().__init__("idempotency_key_reused", key=key)


class LogFailure(Exception):
    """The log could not answer; ``retry_after`` is in seconds."""

    code = "unavailable"
    retry_after = 1


class LogUnavailable(LogFailure):
    """Nothing was written."""


class LogBusy(LogUnavailable):
    """Nothing was written, because too many commands wait already."""

    code = "busy"
    retry_after = 2


class OutcomeUnknown(LogFailure):
    """Whether it was written could not be found out in time; a repeat with the same key is safe."""

    code = "outcome_unknown"
    retry_after = 2


class StreamUnreadable(Exception):
    """A stream holds an event that this version of the service cannot fold: an unknown type, data of another form, or a bug.

    Neither a refusal, which may be kept for ever, nor a failure that passes by itself: a newer version may read it.
    """

    code = "stream_unreadable"

    def __init__(self, stream: str, type_: str, position: int, why: str) -> None:
        super().__init__(stream, type_, position, why)
        self.facts: Mapping[str, Any] = {"stream": stream, "type": type_, "position": position}
        self.why = why

    def __str__(self) -> str:
        return "{stream} cannot be read: {type} at position {position}: ".format_map(self.facts) + self.why

    def again(self) -> "StreamUnreadable":
        """The same for another caller: one that is raised twice would carry both their tracebacks."""
        return StreamUnreadable(*self.args)


class UnsafeServer(Exception):
    """The database server's settings break the promise that a confirmed write stays."""
