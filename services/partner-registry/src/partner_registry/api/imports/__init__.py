"""Imports: a file per thing that can be imported, and which route takes what."""

from channel_service import Role
from channel_service.importing import ImportSet, import_routes

from partner_registry.api.imports.partners import PARTNERS
from partner_registry.api.imports.steps import STEPS
from partner_registry.api.imports.territories import TERRITORIES

SETS = (
    ImportSet("partners", TERRITORIES, PARTNERS, *STEPS, default=PARTNERS, summary="Import partners, their steps, and territories"),
    ImportSet("territories", TERRITORIES, default=TERRITORIES, summary="Import territories, parents first"),
)

router = import_routes(*SETS, roles=[Role.CHANNEL_MANAGER])
