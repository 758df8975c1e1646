"""Our own copy of the partners, and of the tree of territories."""

from collections.abc import Iterator

from channel_events import TEXT, Change, Put, Recorded, Table
from channel_service.partners import Also, PartnerCopy

from incentives.contracts.partner_registry import TerritoryDefined

TERRITORY = Table("territory", key=("territory",), columns={"territory": TEXT, "parent": TEXT}, shared=True)


def territories(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, TerritoryDefined):
        yield Put((event.data.territory,), table=TERRITORY.name, parent=event.data.parent)


PARTNERS = PartnerCopy(
    "partner_copy",
    version=6,
    columns=["name", "channel_type", "segment", "status", "applied_on"],
    search=True,
    also=Also([TerritoryDefined], [TERRITORY], territories),
)
