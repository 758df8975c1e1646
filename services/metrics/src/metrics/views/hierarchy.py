"""Partners and territories: what they are called, and who is under whom since when."""

from collections.abc import Iterator

from channel_events import TEXT, Change, Put, Recorded
from channel_service.partners import Also, PartnerCopy, version_table

from metrics.contracts.partner_registry import TerritoryDefined

TERRITORY = version_table("territory_version", "territory", {"name": TEXT, "parent": TEXT})


def territories(event: Recorded) -> Iterator[Change]:
    match event.data:
        case TerritoryDefined() as e:
            yield Put((e.territory, e.occurred_on, event.recorded_on), table=TERRITORY.name, name=e.name, parent=e.parent)


PARTNERS = PartnerCopy(
    "hierarchy",
    version=5,
    columns=["name", "channel_type", "segment"],
    search=True,
    recorded=True,
    also=Also([TerritoryDefined], [TERRITORY], territories),
)
