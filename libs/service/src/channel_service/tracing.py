"""OpenTelemetry, where there is somebody to send to: ``QUDAO_OTLP_ENDPOINT``, or the standard's own variable."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.telemetry import TelemetryConfig

from channel_service.service import Service
from channel_service.settings import Settings

STANDARD = "OTEL_EXPORTER_OTLP_ENDPOINT"
_QUIET = ("/health/", "/metrics")

REQUESTS: TelemetryConfig = {
    "tracing": True,
    "metrics": False,  # Prometheus has them
    "logs": False,  # they would carry what exceptions say
    "operation_spans": False,
    "auto_configure": False,
    "exclude": lambda scope: scope["path"].startswith(_QUIET),
}
"""For ``FastAPI(telemetry=)``: a span per request, under the caller's ``traceparent``; none outside `tracing`."""


@asynccontextmanager
async def tracing(service: Service, settings: Settings) -> AsyncIterator[None]:
    """Sends the process's spans by OTLP over HTTP, when an endpoint is set, and at the end what is left of them.

    What is sampled, and headers for the collector, are set by the standard's variables (``OTEL_TRACES_SAMPLER``, ...).
    """
    endpoint = settings.otlp_endpoint or os.environ.get(STANDARD)
    if not endpoint:
        yield
        return
    from channel_service.tracing_export import export  # loads the SDK, which nobody else shall pay for

    provider = export(endpoint, service.name, service.version)
    try:
        yield
    finally:
        await asyncio.to_thread(provider.shutdown)
