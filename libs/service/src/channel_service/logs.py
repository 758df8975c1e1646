"""Logs as lines on standard output: JSON for machines, colours for people."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import msgspec
import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that this task works for; in every line logged meanwhile."""


def _add_request_id(_: Any, __: str, event: Any) -> Any:
    if (current := request_id.get()) is not None:
        event["request_id"] = current
    return event


_SHARED: list[Any] = [
    _add_request_id,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(service: str, level: str, form: str) -> None:
    """Sends structlog's events and the standard library's records (uvicorn, aiokafka, alembic) the same way."""
    threshold = getattr(logging, level.upper())
    as_json = form == "json"
    final: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_encode)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)]
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
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def configure_for_tests() -> None:
    """Warnings and worse, plainly, to where pytest captures them; not cached, since each test has its own output."""
    structlog.configure(
        processors=[*_SHARED, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


def _encode(event: Any, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


def _text(_: Any, __: str, line: Any) -> str:
    return line.decode() if isinstance(line, bytes) else str(line)
