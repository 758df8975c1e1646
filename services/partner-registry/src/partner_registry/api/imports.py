"""Files in and out: partners, their steps and territories as rows, and the whole history as such a file."""

from datetime import date
from typing import Any

from channel_service import Role
from channel_service.exporting import document_routes
from channel_service.importing import Importable, ImportSet, import_routes, never, not_first

from partner_registry.application.partners import admitting, moving, withdrawing
from partner_registry.application.said import said
from partner_registry.application.territories import defining
from partner_registry.domain.partner import (
    ActivatePartner,
    AdmitPartner,
    ApprovePartner,
    ChannelType,
    DescribePartner,
    GrantChildrenAccess,
    MovePartner,
    ReinstatePartner,
    RevokeChildrenAccess,
    SuspendPartner,
    WithdrawChildrenAccess,
    WithdrawMove,
)
from partner_registry.domain.territories import DefineTerritory

_DAY = date(2026, 1, 5)
_AREAS = Importable(
    "territory",
    DefineTerritory,
    use=defining,
    key=["territory"],
    id=lambda c: c.territory,
    changed=never,
    example=DefineTerritory(territory="CN-E", name="East China", parent="CN"),
)
_PARTNERS = Importable(
    "partner",
    AdmitPartner,
    use=admitting,
    key=["partner_id"],
    required=["partner_id"],
    changed=not_first,
    example=AdmitPartner(
        partner_id="p-1001",
        name="Jade Trading",
        channel_type=ChannelType.DISTRIBUTOR,
        territory="CN-E",
        on=_DAY,
        approved_on=_DAY,
        activated_on=_DAY,
    ),
)


def _step(kind: str, example: Any, **more: Any) -> Importable[Any]:
    """What happens to a partner that has applied: known again by partner and day."""
    return Importable(kind, type(example), key=["partner_id", "on"], required=["on"], example=example, **more)


_STEPS = [
    _step("approval", ApprovePartner(partner_id="p-1001", on=_DAY)),
    _step("activation", ActivatePartner(partner_id="p-1001", on=_DAY)),
    _step("suspension", SuspendPartner(partner_id="p-1001", on=_DAY, reason="invoices overdue")),
    _step("reinstatement", ReinstatePartner(partner_id="p-1001", on=_DAY)),
    _step("children_access_grant", GrantChildrenAccess(partner_id="p-1001", on=_DAY, agreement="A-2026-017")),
    _step("children_access_revocation", RevokeChildrenAccess(partner_id="p-1001", on=_DAY)),
    _step("children_access_withdrawal", WithdrawChildrenAccess(partner_id="p-1001", on=_DAY)),
    _step("move", MovePartner(partner_id="p-1001", on=_DAY, territory="CN-N"), use=moving),
    _step("description", DescribePartner(partner_id="p-1001", on=_DAY, name="Jade Trading Group")),
    _step("move_withdrawal", WithdrawMove(partner_id="p-1001", on=_DAY), use=withdrawing),
]
WHOLE = ImportSet("partners", _AREAS, _PARTNERS, *_STEPS, default=_PARTNERS, summary="Import partners, their steps, and territories")
SETS = (WHOLE, ImportSet("territories", _AREAS, default=_AREAS, summary="Import territories, parents first"))

router = import_routes(*SETS, roles=[Role.CHANNEL_MANAGER])
documents = document_routes(said, into=WHOLE)
