"""Importing territories: the same again changes nothing, other facts under a code that is taken are refused."""

from collections.abc import Iterable
from datetime import date

from channel_events import On
from channel_service.importing import Code, Importable, ImportRow, Known, Name, never

from partner_registry.application.territories import defining
from partner_registry.domain.territories import DefineTerritory


class TerritoryRow(ImportRow, frozen=True, kw_only=True, tag="territory"):
    territory: Code
    name: Name
    parent: Code | None = None
    on: date | None = None


def _territory(row: TerritoryRow, known: Known) -> Iterable[On]:
    return defining(DefineTerritory(territory=row.territory, name=row.name, parent=row.parent, on=row.on, today=known.today))


TERRITORIES = Importable(
    TerritoryRow,
    key=["territory"],
    commands=_territory,
    changed=never,
    example=TerritoryRow(territory="CN-E", name="East China", parent="CN"),
)
