"""Metrics, put together."""

from channel_events import discover
from channel_service import Service
from channel_service.partners import partner_routes

from metrics import facts, kpis
from metrics.api.kpis import kpi_routes
from metrics.api.live import live_routes
from metrics.api.measures import measures
from metrics.api.progress import progress_routes
from metrics.application.catalogue import Catalogue
from metrics.board import page
from metrics.domain.facts import Facts
from metrics.domain.kpi import Kpi
from metrics.problems import PROBLEMS
from metrics.views.changes import GRANTS
from metrics.views.hierarchy import PARTNERS
from metrics.views.products import PRODUCTS

CATALOGUE = Catalogue(discover(facts, Facts), discover(kpis, Kpi), joined=[PRODUCTS, PARTNERS])

SERVICE = Service(
    "metrics",
    title="Metrics",
    summary="How the channel performs: every number with the facts behind it.",
    deciders=[],
    views=CATALOGUE.views,
    measures=measures(CATALOGUE),
    also_sees=PARTNERS.children_seen,
    routers=[
        kpi_routes(CATALOGUE),
        live_routes(CATALOGUE),
        partner_routes(PARTNERS),
        progress_routes(CATALOGUE.counting),
        page.router,
    ],
    problems=PROBLEMS,
    migrations="metrics.migrations",
    grants=GRANTS,
)
