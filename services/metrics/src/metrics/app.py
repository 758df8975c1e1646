"""Metrics, put together."""

from channel_events import discover
from channel_service import Service, children_seen

from metrics import facts, kpis
from metrics.api import partners
from metrics.api.kpis import kpi_routes
from metrics.api.live import live_routes
from metrics.api.progress import progress_routes
from metrics.application.catalogue import Catalogue
from metrics.board import page
from metrics.domain.facts import Facts
from metrics.domain.kpi import Kpi
from metrics.problems import PROBLEMS
from metrics.views.changes import GRANTS
from metrics.views.hierarchy import ACCESS, HIERARCHY, PARTNER_PLACE
from metrics.views.products import PRODUCTS

CATALOGUE = Catalogue(discover(facts, Facts), discover(kpis, Kpi), joined=[PRODUCTS, HIERARCHY])

SERVICE = Service(
    "metrics",
    title="Metrics",
    summary="How the channel performs: every number with the facts behind it.",
    deciders=[],
    views=CATALOGUE.views,
    also_sees=children_seen(ACCESS, PARTNER_PLACE),
    routers=[
        kpi_routes(CATALOGUE),
        live_routes(CATALOGUE),
        partners.router,
        progress_routes(CATALOGUE.counting),
        page.router,
    ],
    problems=PROBLEMS,
    migrations="metrics.migrations",
    grants=GRANTS,
)
