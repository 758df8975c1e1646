"""What can go wrong with a command, besides being rejected by its decider.

Rejected (channel_events.pure)   the decider, or the log's own check of what can be stored, says no: nothing was written
+-- KeyReused                    the command key came before, with another body: nothing was written
LogFailure
+-- LogUnavailable               the database could not be reached: nothing was written, try again
+-- OutcomeUnknown               the connection was lost while writing: it may be written; repeat it with the same key
UnsafeServer                     the database would lose what it confirmed: refuse to start
"""

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


class OutcomeUnknown(LogFailure):
    """Whether it was written could not be found out in time; a repeat with the same key is safe."""

    code = "outcome_unknown"
    retry_after = 2


class UnsafeServer(Exception):
    """The database server's settings break the promise that a confirmed write stays."""
