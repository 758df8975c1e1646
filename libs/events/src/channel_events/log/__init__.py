"""The event log of one service: decided in batches, written by one compare-and-set."""

from channel_events.log.connect import connect_as, pool_as
from channel_events.log.errors import (
    DRIVER_LOST,
    KeyReused,
    LogBusy,
    LogFailure,
    LogUnavailable,
    OutcomeUnknown,
    StreamUnreadable,
    UnsafeServer,
)
from channel_events.log.expect import Expect
from channel_events.log.log import Log
from channel_events.log.looking import versions
from channel_events.log.outcome import Appended
from channel_events.log.rehearsal import Deciding
from channel_events.log.restored import LogRestored

__all__ = [
    "DRIVER_LOST",
    "Appended",
    "Deciding",
    "Expect",
    "KeyReused",
    "Log",
    "LogBusy",
    "LogFailure",
    "LogRestored",
    "LogUnavailable",
    "OutcomeUnknown",
    "StreamUnreadable",
    "UnsafeServer",
    "connect_as",
    "pool_as",
    "versions",
]
