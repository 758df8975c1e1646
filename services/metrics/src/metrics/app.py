"""Metrics, put together."""

from channel_service import Service, children_seen

from metrics import kpis
from metrics.api import partners, progress
from metrics.api.fact_export import fact_export
from metrics.api.freshness import freshness_routes
from metrics.api.kpis import kpi_routes
from metrics.api.live import live_routes
from metrics.application.catalogue import discover
from metrics.board import page
from metrics.problems import PROBLEMS
from metrics.views.changes import GRANTS
from metrics.views.hierarchy import ACCESS, HIERARCHY, PARTNER_PLACE
from metrics.views.products import PRODUCTS
from metrics.views.sales import SALES

KPIS = discover(kpis)
VIEWS = [SALES, PRODUCTS, HIERARCHY]

SERVICE = Service(
    "metrics",
    title="Metrics",
    summary="How the channel performs: every number with the facts behind it.",
    deciders=[],
    views=VIEWS,
    also_sees=children_seen(ACCESS, PARTNER_PLACE),
    routers=[
        kpi_routes(KPIS, VIEWS),
        fact_export(KPIS, VIEWS),
        live_routes(KPIS),
        partners.router,
        progress.router,
        freshness_routes(SALES),
        page.router,
    ],
    problems=PROBLEMS,
    migrations="metrics.migrations",
    grants=GRANTS,
)
