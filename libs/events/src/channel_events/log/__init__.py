"""The event log of one service: decided in batches, written by one compare-and-set."""

from channel_events.log.connect import connect_as
from channel_events.log.errors import DRIVER_LOST, KeyReused, LogFailure, LogUnavailable, OutcomeUnknown, UnsafeServer
from channel_events.log.expect import Expect
from channel_events.log.log import Current, Log
from channel_events.log.outcome import Appended
from channel_events.log.restored import LogRestored

__all__ = [
    "DRIVER_LOST",
    "Appended",
    "Current",
    "Expect",
    "KeyReused",
    "Log",
    "LogFailure",
    "LogRestored",
    "LogUnavailable",
    "OutcomeUnknown",
    "UnsafeServer",
    "connect_as",
]
