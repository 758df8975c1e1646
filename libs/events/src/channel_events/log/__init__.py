"""The event log of one service: decided in batches, written by one compare-and-set."""

from channel_events.log.errors import KeyReused, LogFailure, LogUnavailable, OutcomeUnknown, UnsafeServer
from channel_events.log.log import Log
from channel_events.log.outcome import Appended

__all__ = ["Appended", "KeyReused", "Log", "LogFailure", "LogUnavailable", "OutcomeUnknown", "UnsafeServer"]
