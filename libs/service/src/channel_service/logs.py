"""Logs as lines on standard output: JSON for machines, colours for people. No line that cannot be written fails what it tells of."""

import json
import logging
import os
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from channel_events.told import traced
from opentelemetry import trace

from channel_service.held_back import HeldBack
from channel_service.log_writer import LogWriter, Write, descriptor

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


_finish: list[Any] = []


def configure(service: str, level: str, form: str, write: Write | None = None) -> None:
    """Sends structlog's events and the standard library's records (uvicorn, aiokafka, alembic) the same way: to ``write``, or standard
    output."""
    threshold = getattr(logging, level.upper())
    as_json = form == "json"
    final: list[Any] = [
        structlog.processors.JSONRenderer(serializer=_encode) if as_json else structlog.dev.ConsoleRenderer(colors=_is_terminal()),
        _bytes,
    ]

    def named(_: Any, __: str, event: Any) -> Any:
        event["service"] = service
        return event

    def tell(event: str, lines: int) -> bytes:
        said: Any = {"event": event, "lines": lines}
        for step in (*_SHARED, named, *final):
            said = step(None, "warning", said)
        return bytes(said)

    held_back = HeldBack()
    writer = LogWriter(write or descriptor(_standard_output()), tell)
    structlog.configure(
        processors=[*_SHARED, held_back, named, *final],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=write is None,  # a logger that was used remembers, whoever configures after us
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, held_back, structlog.stdlib.add_logger_name, named],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final, _text],
    )
    sys.excepthook = _crashed
    logging.basicConfig(handlers=[_Records(writer, formatter)], level=max(threshold, logging.WARNING), force=True)
    _finish[:] = [held_back.say, writer.flush]
    _direct[:] = [(writer, service, threshold)] if as_json else []


def finish() -> None:
    """Writes what waits to be written; at the end of a process."""
    for step in _finish:
        step()


def forget() -> None:
    """As if `configure` had not been called: for tests."""
    _finish.clear()
    _direct.clear()


class _Request(msgspec.Struct, omit_defaults=True, tag_field="event", tag="request"):
    """The line of a request."""

    method: str
    route: str
    status: int
    ms: float
    level: str
    timestamp: datetime
    service: str
    caller_request_id: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    span_id: str | None = None


_ENCODE = msgspec.json.Encoder().encode
_http = structlog.get_logger("channel_service.http")
_direct: list[tuple[LogWriter, str, int]] = []
"""Where lines are JSON: what writes them, the service, the lowest level that is written."""


def told_request(method: str, route: str, status: int, ms: float, caller_request_id: str | None, *, quiet: bool) -> None:
    """The line of one request: of the level debug when it is ``quiet``, else info. ``caller_request_id`` is what its caller calls it.

    There is one for each request, so where lines are JSON it is encoded at once, without the steps of other lines.
    """
    if not _direct:
        beside = {} if caller_request_id is None else {"caller_request_id": caller_request_id}
        (_http.debug if quiet else _http.info)("request", method=method, route=route, status=status, ms=ms, **beside)
        return
    writer, service, threshold = _direct[0]
    level = logging.DEBUG if quiet else logging.INFO
    if level < threshold:
        return
    trace_id = span_id = None
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        trace_id, span_id = f"{span.trace_id:032x}", f"{span.span_id:016x}"
    said, now, current = "debug" if quiet else "info", datetime.now(UTC), request_id.get()
    line = _Request(method, route, status, ms, said, now, service, caller_request_id, current, trace_id, span_id)
    writer.keep(_ENCODE(line))


class _Records(logging.Handler):
    """The standard library's records, as lines among the others."""

    def __init__(self, writer: LogWriter, formatter: logging.Formatter) -> None:
        super().__init__()
        self._writer = writer
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg in _SAID_ALREADY:
            return
        try:
            line = self.format(record).encode(errors="replace")
        except structlog.DropEvent:
            return
        except Exception:
            line = _encode(
                {"event": "a log record could not be written", "logger": record.name, "at": f"{record.pathname}:{record.lineno}"}
            )
        (self._writer.keep if record.levelno < logging.WARNING else self._writer.say)(line)


_SAID_ALREADY = frozenset({"ASGI callable returned without completing response."})
"""Whoever breaks an answer off has said why."""


def _standard_output() -> int:
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # closed before we began
        return os.open(os.devnull, os.O_WRONLY)


def _is_terminal() -> bool:
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


def configure_for_tests() -> None:
    """Warnings and worse, plainly, to where pytest captures them; not cached, since each test has its own output."""
    structlog.configure(
        processors=[*_SHARED, structlog.dev.ConsoleRenderer(colors=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


def _crashed(_: type[BaseException], error: BaseException, __: Any) -> None:
    structlog.get_logger("channel_service").critical("crashed", exc_info=error)


def _encode(event: Any, **_: Any) -> bytes:
    try:
        return msgspec.json.encode(event, enc_hook=str)
    except Exception:  # half a character, a key that is no text: said as well as it can be
        return json.dumps(event, default=str, skipkeys=True).encode()


def _bytes(_: Any, __: str, line: Any) -> bytes:
    return line if isinstance(line, bytes) else str(line).encode(errors="replace")


def _text(_: Any, __: str, line: Any) -> str:
    return str(line, "utf-8")
