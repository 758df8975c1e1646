"""Metrics in Prometheus' text format."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from channel_service.auth import Open
from channel_service.dependencies import RuntimeDep

router = APIRouter(include_in_schema=False, dependencies=[Open("Prometheus has no token; no business id is a label")])

CONNECTIONS = Gauge("qudao_database_connections_in_use", "Connections of the pool for reads that are in use.")


@router.get("/metrics")
async def metrics(runtime: RuntimeDep) -> Response:
    CONNECTIONS.set(runtime.connections_in_use)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
