"""Sending spans to a collector; imported only where there is one, for it loads OpenTelemetry's SDK."""

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_SECONDS = 3
"""How long a collector that does not answer holds up one export, and so the end of the process."""
_NOT_KEPT = ("url.path", "url.query", "url.full")
"""Paths hold ids of partners and orders, queries what people look for; ``http.route`` says which route it was."""


class Discreet(SpanProcessor):
    """Takes out of spans what the requests are about; must come before the processor that exports."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for name in _NOT_KEPT:
            if span.attributes and name in span.attributes:
                span.set_attribute(name, "not kept")


def export(endpoint: str, service: str, version: str) -> TracerProvider:
    """Makes this process send its spans to ``<endpoint>/v1/traces``, for ever until the provider is shut down."""
    resource = Resource.create({"service.name": service, "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(Discreet())
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000, export_timeout_millis=_SECONDS * 1000))
    trace.set_tracer_provider(provider)
    return provider
