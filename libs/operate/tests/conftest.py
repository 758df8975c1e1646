"""Logs of the specimen domain of the library's own tests."""

from ...events.tests.conftest import log, open_log

__all__ = ["log", "open_log"]
