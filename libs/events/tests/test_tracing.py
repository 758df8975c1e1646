"""A trace goes through the log: from the caller's span to the event, and from the event to whoever handles it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from channel_events import Actor, Log, On, Rejected, tracing
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

from .specimen import JAR, Put, Take

ANN = Actor("ann")


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    yield provider.get_tracer("test")
    provider.shutdown()


async def test_an_event_keeps_the_span_that_appended_it(log: Log, tracer: Tracer, spans: InMemorySpanExporter) -> None:
    with tracer.start_as_current_span("request"):
        appended = await log.execute(On(JAR, "red", Put(5)), by=ANN)
    append, request = spans.get_finished_spans()
    assert (append.name, append.parent) == ("append", request.context)
    (kept,) = [event.trace for event in appended.events]
    assert append.context is not None
    assert kept is not None
    assert kept.startswith(f"00-{append.context.trace_id:032x}-{append.context.span_id:016x}-")
    assert [event.trace for event in await log.stream(JAR, "red")] == [kept]


async def test_without_a_trace_an_event_has_none_and_no_span_is_made(log: Log, tracer: Tracer, spans: InMemorySpanExporter) -> None:
    appended = await log.execute(On(JAR, "red", Put(5)), by=ANN)
    assert [event.trace for event in appended.events] == [None]
    assert spans.get_finished_spans() == ()


async def test_what_a_command_was_refused_for_stays_out_of_the_trace(log: Log, tracer: Tracer, spans: InMemorySpanExporter) -> None:
    with tracer.start_as_current_span("request"), pytest.raises(Rejected):
        await log.execute(On(JAR, "red", Take(5)), by=ANN)
    assert all(not span.events and span.status.description is None for span in spans.get_finished_spans() if span.name == "append")


def context(trace: int, span: int, *, flags: str = "01", age: float = 0) -> tracing.Context:
    return f"00-{trace:032x}-{span:016x}-{flags}", datetime.now(UTC) - timedelta(seconds=age)


def test_a_batch_is_a_span_in_each_of_its_traces(tracer: Tracer, spans: InMemorySpanExporter) -> None:
    with tracing.handling(
        "fold", SpanKind.CONSUMER, [context(1, 11), (None, datetime.now(UTC)), context(2, 21), context(1, 12), context(1, 11)]
    ):
        pass
    first, second = spans.get_finished_spans()
    assert [(s.context and s.context.trace_id, s.parent and s.parent.span_id) for s in (first, second)] == [(1, 11), (2, 21)]
    assert [link.context.span_id for link in first.links] == [12]


@pytest.mark.parametrize(
    "contexts",  # made when the test runs: those made when it is collected are old by then, and old ones are not traced
    [
        pytest.param(list, id="no event"),
        pytest.param(lambda: [(None, datetime.now(UTC))], id="not traced"),
        pytest.param(lambda: [context(1, 11, age=3600)], id="read again by a rebuild"),
        pytest.param(lambda: [context(1, 11, flags="00")], id="not sampled"),
        pytest.param(lambda: [context(n, n) for n in range(1, 60)], id="load"),
    ],
)
def test_other_batches_make_no_span(contexts: Callable[[], list[tracing.Context]], tracer: Tracer, spans: InMemorySpanExporter) -> None:
    with tracing.handling("fold", SpanKind.CONSUMER, contexts()):
        pass
    assert spans.get_finished_spans() == ()


def test_a_batch_that_fails_says_so_by_the_kind_of_error_alone(tracer: Tracer, spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ann"), tracing.handling("fold", SpanKind.CONSUMER, [context(1, 11)]):
        raise ValueError("Ann owes 5")
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description, span.events) == (StatusCode.ERROR, "ValueError", ())
