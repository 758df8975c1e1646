"""The tree of territories: one stream, so that parents and duplicate codes are decided on the log as it is.

No move and no retirement yet: a territory is defined under one that is there already, so a cycle can only be of one.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, TypeAlias

import msgspec
from channel_events.pure import Decider, Known, Rejected, agree, command, event, tell
from channel_terms import Code, Name, planned_on
from msgspec import Meta

from partner_registry.domain.dates import UntilToday, refuse_future

TREE = "tree"
"""The key of the one stream."""


@event("territory_defined", public=True)
class TerritoryDefined(msgspec.Struct, frozen=True, kw_only=True):
    """A territory is there from now on; ``territory`` is its code, ``parent`` that of the one that contains it."""

    territory: str
    name: str
    parent: str | None
    occurred_on: date


@command("define_territory", stream=f"territories/{TREE}")
class DefineTerritory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same again changes nothing; other facts under a code that is taken are refused."""

    territory: Annotated[Code, Meta(examples=["CN-E"])]
    name: Annotated[Name, Meta(examples=["East China"])]
    parent: Annotated[Code | None, Meta(description="The territory that contains it; it must be there.", examples=["CN"])] = None
    on: UntilToday = None


@command("require_territory", stream=f"territories/{TREE}")
class RequireTerritory(msgspec.Struct, frozen=True):
    """Part of a larger command that names a territory: refused when there is no such one."""

    territory: str


TerritoryCommand: TypeAlias = DefineTerritory | RequireTerritory
Tree: TypeAlias = Mapping[str, TerritoryDefined]


def decide(command: TerritoryCommand, tree: Tree, known: Known) -> Iterator[TerritoryDefined]:
    match command:
        case RequireTerritory(territory):
            _require(territory, tree)
        case DefineTerritory(territory=territory) if territory in tree:
            _refuse_other_facts(command, tree[territory])
        case DefineTerritory(territory=territory, parent=parent):
            on = planned_on(command.on, known)
            refuse_future(on, known)
            if parent == territory:
                raise Rejected("territory_cycle", territory=territory)
            if parent is not None:
                _require(parent, tree)
            yield tell(TerritoryDefined, command, occurred_on=on)


def _require(territory: str, tree: Tree) -> None:
    if territory not in tree:
        raise Rejected("territory_unknown", territory=territory)


def _refuse_other_facts(command: DefineTerritory, known: TerritoryDefined) -> None:
    if not agree(command, known) or command.on not in (None, known.occurred_on):
        raise Rejected("territory_exists", territory=known.territory, name=known.name, parent=known.parent, on=known.occurred_on)


def evolve(tree: Tree, event: TerritoryDefined) -> Tree:
    return {**tree, event.territory: event}


TERRITORIES: Decider[TerritoryCommand, Tree, TerritoryDefined] = Decider(
    "territories", initial={}, decide=decide, evolve=evolve, events=[TerritoryDefined], state=Tree
)
