"""What is done with partners. One write each: the partner's own events and, where it has a parent, its link.

The partner comes first, so that its own refusal is the one told; then what it names, on those streams' own word.
"""

from collections.abc import Iterator
from typing import TypeAlias

from channel_events import Actor, Appended, CommandKey, Deciding, On
from msgspec import UNSET

from partner_registry.domain.hierarchy import HIERARCHY, PARTNERS, JoinHierarchy, Relink
from partner_registry.domain.partner import (
    PARTNER,
    ActivatePartner,
    ApplyPartner,
    ApprovePartner,
    GrantChildrenAccess,
    MovePartner,
    ReinstatePartner,
    RequireParent,
    RevokeChildrenAccess,
    SuspendPartner,
)
from partner_registry.domain.territories import TERRITORIES, TREE, RequireTerritory

StandingCommand: TypeAlias = ApprovePartner | ActivatePartner | SuspendPartner | ReinstatePartner
OwnCommand: TypeAlias = StandingCommand | GrantChildrenAccess | RevokeChildrenAccess
"""What concerns no other stream than the partner's."""


async def apply_partner(log: Deciding, command: ApplyPartner, by: Actor, key: CommandKey | None) -> Appended:
    return await log.execute(*applying(command), by=by, key=key)


async def change_partner(log: Deciding, command: OwnCommand, by: Actor, key: CommandKey | None) -> Appended:
    """Approves, activates, suspends or reinstates; lets it see what is of its children, or no longer."""
    return await log.execute(*changing(command), by=by, key=key)


async def move_partner(log: Deciding, command: MovePartner, by: Actor, key: CommandKey | None) -> Appended:
    return await log.execute(*moving(command), by=by, key=key)


def applying(command: ApplyPartner) -> Iterator[On]:
    yield On(PARTNER, command.partner_id, command)
    yield On(TERRITORIES, TREE, RequireTerritory(command.territory))
    yield from _require_parent(command.parent)
    yield On(HIERARCHY, PARTNERS, JoinHierarchy(partner_id=command.partner_id, parent=command.parent, on=command.day))


def changing(command: OwnCommand) -> Iterator[On]:
    yield On(PARTNER, command.partner_id, command)


def moving(command: MovePartner) -> Iterator[On]:
    yield On(PARTNER, command.partner_id, command)
    yield from _named_in_move(command)


def _named_in_move(command: MovePartner) -> Iterator[On]:
    if command.territory is not UNSET:
        yield On(TERRITORIES, TREE, RequireTerritory(command.territory))
    if command.parent is not UNSET:
        yield from _require_parent(command.parent)
        yield On(HIERARCHY, PARTNERS, Relink(partner_id=command.partner_id, parent=command.parent, on=command.day))


def _require_parent(parent: str | None) -> Iterator[On]:
    if parent is not None:
        yield On(PARTNER, parent, RequireParent(partner_id=parent))
