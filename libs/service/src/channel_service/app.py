"""The HTTP application of a service."""

import os
from typing import Any

from fastapi import Depends, FastAPI
from prometheus_client import Gauge, disable_created_metrics
from starlette.middleware import Middleware

from channel_service.auth.access import admitted, declared
from channel_service.auth.describe import with_access
from channel_service.dependencies import KNOWN
from channel_service.exporting import export_routes, log_export
from channel_service.handlers import install, renderer
from channel_service.http.browsers import for_browsers
from channel_service.http.edge import Edge
from channel_service.http.lean import shorten
from channel_service.http.limits import Limits, limiters
from channel_service.openapi import PROBLEM_ANSWERS, document
from channel_service.routes import docs, events, health, metrics
from channel_service.runtime import Runtime
from channel_service.service import Service
from channel_service.settings import Settings
from channel_service.tracing import REQUESTS

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more per series, and nobody asks when counting began

BUILD = Gauge("qudao_build_info", "1, with what runs as labels.", ["version", "commit"])


def create_app(service: Service, settings: Settings) -> FastAPI:
    """The routes of ``service`` and those that every service has; a worker has the latter's health and metrics only.

    Routes that touch the log or the database need ``attach`` first; the OpenAPI document does not. ``TypeError`` for a route
    that does not declare who may call it.
    """
    render, limits = renderer(service.problems), limiters(settings)
    app = FastAPI(
        title=service.title,
        summary=service.summary,
        version=service.version,
        responses=PROBLEM_ANSWERS,
        redirect_slashes=False,  # a redirect would lose the body of a command on some clients
        middleware=[
            Middleware(Edge, render=render, limits=Limits(limits), max_body=settings.max_body_bytes, browsers=for_browsers(settings))
        ],
        dependencies=[Depends(admitted)],
        telemetry=REQUESTS,
        docs_url=None,
        redoc_url=None,
    )
    install(app, render)
    app.state.limiters = limits
    # In this order: a request is compared with the routes one by one, and the service's own are asked for most.
    own = [*service.routers, events.router, export_routes(service.routers), log_export.router] if settings.role != "worker" else []
    for router in [*own, health.router, metrics.router, docs.router]:
        app.include_router(router)
    app.state.access = declared(app)
    shorten(app, KNOWN)
    describe: Any = document(app, service)
    app.openapi = with_access(app, describe)  # type: ignore[method-assign]
    BUILD.labels(service.version, os.environ.get("QUDAO_COMMIT", "unknown")).set(1)
    return app


def attach(app: FastAPI, runtime: Runtime) -> FastAPI:
    """Gives the application the open log and connections that its routes work with."""
    app.state.runtime = runtime
    return app
