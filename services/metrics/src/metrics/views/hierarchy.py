"""Partners with their names, and who is under whom since when: partners and territories."""

from collections.abc import Iterator

from channel_events import TEXT, Change, Put, Recorded, Table, Topic, View

from metrics.contracts.partner_registry import EVENTS, PartnerApplied, PartnerMoved, TerritoryDefined
from metrics.views.versions import version_table

PARTNER = Table(
    "partner",
    key=("partner",),
    columns={"partner": TEXT, "name": TEXT, "channel_type": TEXT, "segment": TEXT},
)
PARTNER_PLACE = version_table("partner_place", "partner", {"territory": TEXT, "parent": TEXT})
TERRITORY = version_table("territory_version", "territory", {"name": TEXT, "parent": TEXT})


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            yield Put((e.partner_id,), table="partner", name=e.name, channel_type=e.channel_type, segment=e.segment)
            yield Put((e.partner_id, e.occurred_on, event.recorded_on), table="partner_place", territory=e.territory, parent=e.parent)
        case PartnerMoved() as e:
            yield Put((e.partner_id, e.occurred_on, event.recorded_on), table="partner_place", territory=e.territory, parent=e.parent)
        case TerritoryDefined() as e:
            yield Put((e.territory, e.occurred_on, event.recorded_on), table="territory_version", name=e.name, parent=e.parent)


HIERARCHY = View(
    "hierarchy",
    version=1,
    of=Topic("partner-registry", events=EVENTS),
    tables=[PARTNER, PARTNER_PLACE, TERRITORY],
    changes=changes,
)
