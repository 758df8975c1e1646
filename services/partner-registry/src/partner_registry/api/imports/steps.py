"""Importing what happens to partners that have applied: each step a row of its own, known again by partner and day."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from channel_events import On
from channel_service.importing import Code, Importable, ImportRow, Known, Name
from msgspec import UNSET, UnsetType

from partner_registry.application.partners import OwnCommand, changing, moving
from partner_registry.domain.partner import (
    ActivatePartner,
    ApprovePartner,
    GrantChildrenAccess,
    MovePartner,
    ReinstatePartner,
    RevokeChildrenAccess,
    SuspendPartner,
)


class _Step(ImportRow, frozen=True, kw_only=True):
    partner_id: Code
    on: date


class ApprovalRow(_Step, frozen=True, kw_only=True, tag="approval"):
    """The brand takes it on."""


class ActivationRow(_Step, frozen=True, kw_only=True, tag="activation"):
    """From then on it may order."""


class SuspensionRow(_Step, frozen=True, kw_only=True, tag="suspension"):
    """It may not order until it is reinstated."""

    reason: Name


class ReinstatementRow(_Step, frozen=True, kw_only=True, tag="reinstatement"):
    """It may order again."""


class AccessGrantRow(_Step, frozen=True, kw_only=True, tag="children_access_grant"):
    """From then on it sees what is of its children."""

    agreement: Name


class AccessRevocationRow(_Step, frozen=True, kw_only=True, tag="children_access_revocation"):
    """From then on it sees only its own."""


class MoveRow(_Step, frozen=True, kw_only=True, tag="move"):
    """What is left out stays; as NDJSON a ``null`` parent makes the partner a root."""

    territory: Code | UnsetType = UNSET
    parent: Code | UnsetType | None = UNSET


def _move(row: MoveRow, known: Known) -> Iterable[On]:
    return moving(MovePartner(partner_id=row.partner_id, territory=row.territory, parent=row.parent, on=row.on, today=known.today))


def _step(row: type[Any], command: Callable[..., OwnCommand], **example: Any) -> Importable[Any]:
    def commands(one: Any, known: Known) -> Iterable[On]:
        more = {name: getattr(one, name) for name in example}
        return changing(command(partner_id=one.partner_id, on=one.on, today=known.today, **more))

    return Importable(row, key=["partner_id", "on"], commands=commands, example=row(partner_id="p-1001", on=_DAY, **example))


_DAY = date(2026, 5, 4)
STEPS: list[Importable[Any]] = [
    _step(ApprovalRow, ApprovePartner),
    _step(ActivationRow, ActivatePartner),
    _step(SuspensionRow, SuspendPartner, reason="invoices overdue"),
    _step(ReinstatementRow, ReinstatePartner),
    _step(AccessGrantRow, GrantChildrenAccess, agreement="A-2026-017"),
    _step(AccessRevocationRow, RevokeChildrenAccess),
    Importable(MoveRow, key=["partner_id", "on"], commands=_move, example=MoveRow(partner_id="p-1001", territory="CN-N", on=_DAY)),
]
