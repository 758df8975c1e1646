"""partner-registry, put together."""

from channel_service import Service
from channel_service.look_alikes import LOOK_ALIKE, LOOK_ALIKES

from partner_registry.api import imports, look_alikes, partners, territories
from partner_registry.domain.hierarchy import HIERARCHY
from partner_registry.domain.partner import PARTNER
from partner_registry.domain.territories import TERRITORIES
from partner_registry.problems import PROBLEMS
from partner_registry.views.partner_directory import PARTNER_DIRECTORY, children_seen
from partner_registry.views.territory_list import TERRITORY_LIST

SERVICE = Service(
    "partner-registry",
    title="Partner registry",
    summary="Who the partners are.",
    deciders=[PARTNER, HIERARCHY, TERRITORIES, LOOK_ALIKE],
    views=[PARTNER_DIRECTORY, TERRITORY_LIST, LOOK_ALIKES],
    also_sees=children_seen,
    routers=[partners.router, territories.router, imports.router, imports.documents, look_alikes.router],
    problems=PROBLEMS,
)
