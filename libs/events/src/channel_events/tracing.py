"""Traces: a command's way from its request through log, relay and folds, as OpenTelemetry spans.

Only the API is used here: where the process has no SDK, spans are nothing and events carry no context. The context of the
span that appended an event is kept with it (``trace``), so it survives the log, and travels with every copy of the record.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec
from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from channel_events.pure import Actor

MAX_TRACES = 50
"""Spans of one batch: more traces than these in one batch are load, in which nobody looks for one of them."""
_YOUNG_SECONDS = 600
"""Older events are being read again, by a rebuild or a refill: that is no part of the request that once wrote them."""

_tracer = trace.get_tracer("channel_events")
_propagator = TraceContextTextMapPropagator()

Context = tuple[str | None, datetime | None]
"""An event's ``trace`` and ``recorded_at``."""


def traced() -> bool:
    """Whether the caller is being traced: cheaper to ask than to enter a context, at each append."""
    return trace.get_current_span().is_recording()


@contextmanager
def appending(by: Actor) -> Iterator[Actor]:
    """A span around an append whose caller is being traced; gives ``by`` with its context."""
    # What a command was refused for may name people: exceptions stay out of traces.
    with _tracer.start_as_current_span("append", record_exception=False, set_status_on_exception=False) as span:
        yield msgspec.structs.replace(by, trace=_traceparent(span))


@contextmanager
def handling(what: str, kind: SpanKind, contexts: Iterable[Context], **attributes: str) -> Iterator[None]:
    """A span in each trace that the events of a batch belong to, all over the same time.

    The first of them is the current one meanwhile. It links to the other events of its trace.
    """
    traces = _traces(contexts)
    if not traces:
        yield
        return
    spans = [_start(what, kind, parents, attributes) for parents in traces]
    try:
        with trace.use_span(spans[0], record_exception=False, set_status_on_exception=False):
            yield
    except BaseException as error:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        for span in spans:
            span.end()


def _traces(contexts: Iterable[Context]) -> list[list[str]]:
    """The distinct contexts of young events, by trace."""
    found: dict[str, dict[str, None]] = {}
    since = time.time() - _YOUNG_SECONDS
    for parent, recorded_at in contexts:
        if parent is not None and recorded_at is not None and recorded_at.timestamp() > since:
            found.setdefault(parent[3:35], {})[parent] = None
            if len(found) > MAX_TRACES:
                return []
    return [list(parents) for parents in found.values()]


def _start(what: str, kind: SpanKind, parents: list[str], attributes: dict[str, str]) -> Span:
    context, *others = (_propagator.extract({"traceparent": parent}) for parent in parents)
    links = [Link(trace.get_current_span(other).get_span_context()) for other in others]
    return _tracer.start_span(what, context=context, kind=kind, links=links, attributes=attributes)


def _traceparent(span: Span) -> str | None:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent")
