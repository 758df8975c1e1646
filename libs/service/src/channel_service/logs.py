"""Logs as lines on standard output: JSON for machines, colours for people."""

import io
import logging
import os
import sys
from contextvars import ContextVar
from typing import Any

import msgspec
import structlog
from channel_events.told import traced
from opentelemetry import trace

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that this task works for; in every line logged meanwhile."""


def _add_context(_: Any, __: str, event: Any) -> Any:
    if (current := request_id.get()) is not None:
        event["request_id"] = current
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"], event["span_id"] = f"{span.trace_id:032x}", f"{span.span_id:016x}"
    return event


def _tell_exception(_: Any, __: str, event: Any) -> Any:
    """The traceback without what errors say of values; as a text, so that no later step formats it by itself."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = traced(error)
    return event


_SHARED: list[Any] = [
    _add_context,
    _tell_exception,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class _Unfailing(io.RawIOBase):
    """A file that takes everything. What cannot be written, because the disk is full or nobody reads any more, is dropped: a line
    that is lost costs less than the request that it tells of (test_full_log.py)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return os.write(self._descriptor, data)
        except OSError:
            return len(data)


def write_what_can_be_written() -> None:
    """From now on this process's standard output and standard error never fail, whoever writes to them."""
    for name in ("stdout", "stderr"):
        given = getattr(sys, name)
        given.flush()
        raw = io.BufferedWriter(_Unfailing(given.fileno()))
        setattr(sys, name, io.TextIOWrapper(raw, given.encoding, errors="backslashreplace", line_buffering=True))


def configure(service: str, level: str, form: str) -> None:
    """Sends structlog's events and the standard library's records (uvicorn, aiokafka, alembic) the same way."""
    threshold = getattr(logging, level.upper())
    as_json = form == "json"
    final: list[Any] = (
        [structlog.processors.JSONRenderer(serializer=_encode)] if as_json else [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
    )

    def named(_: Any, __: str, event: Any) -> Any:
        event["service"] = service
        return event

    structlog.configure(
        processors=[*_SHARED, named, *final],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer) if as_json else structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name, named],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final, _text],
        )
    )
    sys.excepthook = _crashed
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def configure_for_tests() -> None:
    """Warnings and worse, plainly, to where pytest captures them; not cached, since each test has its own output."""
    structlog.configure(
        processors=[*_SHARED, structlog.dev.ConsoleRenderer(colors=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


def _crashed(_: type[BaseException], error: BaseException, __: Any) -> None:
    structlog.get_logger("channel_service").critical("crashed", exc_info=error)


def _encode(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


def _text(_: Any, __: str, line: Any) -> str:
    return line.decode() if isinstance(line, bytes) else str(line)
