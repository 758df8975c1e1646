"""Our own copy of the partners, and of the tree of territories."""

from collections.abc import Iterator

from channel_events import INTEGER, TEXT, Add, Change, Put, Recorded, Table
from channel_service.partners import Also, PartnerApplied, PartnerCopy, PartnerMoved, PartnerMoveWithdrawn

from incentives.contracts.partner_registry import TerritoryDefined

TERRITORY = Table("territory", key=("territory",), columns={"territory": TEXT, "parent": TEXT}, shared=True)
BY_TERRITORY = Table(
    "touched_by_territory",
    key=("territory", "parent"),
    columns={"territory": TEXT, "parent": TEXT, "changes": INTEGER},
    sums=["changes"],
)
"""How often it was told that the one lies in the other, which is "" where it lies in none."""
BY_PLACE = Table(
    "touched_by_place",
    key=("partner_id", "parent"),
    columns={"partner_id": TEXT, "parent": TEXT, "changes": INTEGER},
    sums=["changes"],
)
"""How often it was told that a partner is under the other, from whatever day on; of "" that it is under nobody, or not as was said."""


def also(event: Recorded) -> Iterator[Change]:
    match event.data:
        case TerritoryDefined() as e:
            yield Put((e.territory,), table=TERRITORY.name, parent=e.parent)
            yield Add((e.territory, e.parent or ""), BY_TERRITORY.name, changes=1)
        case PartnerApplied() | PartnerMoved() as e:
            yield Add((e.partner_id, e.parent or ""), BY_PLACE.name, changes=1)
        case PartnerMoveWithdrawn() as e:
            yield Add((e.partner_id, ""), BY_PLACE.name, changes=1)


PARTNERS = PartnerCopy(
    "partner_copy",
    version=6,
    columns=["name", "channel_type", "segment", "status", "applied_on"],
    search=True,
    also=Also([TerritoryDefined], [TERRITORY, BY_TERRITORY, BY_PLACE], also),
)
