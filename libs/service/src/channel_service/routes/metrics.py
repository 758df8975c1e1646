"""Metrics in Prometheus' text format."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from channel_service.auth import BRAND, Open
from channel_service.auth.access import admit_one_of
from channel_service.dependencies import RuntimeDep

router = APIRouter(
    include_in_schema=False, dependencies=[Open("Prometheus often has no token; the only names in labels are those of sources")]
)

CONNECTIONS = Gauge("qudao_database_connections_in_use", "Connections of the pool for reads that are in use.")


@router.get("/metrics")
async def metrics(request: Request, runtime: RuntimeDep) -> Response:
    """Where ``metrics_need_token`` is set, for the brand's own people only."""
    if runtime.settings.metrics_need_token and runtime.verifier is not None:
        admit_one_of(request.scope, BRAND)
    CONNECTIONS.set(runtime.connections_in_use)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
