"""Partners with their names, and who is under whom since when: partners and territories; and who sees what is of its children."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import (
    BOOLEAN,
    DATE,
    INTEGER,
    SEARCH,
    TEXT,
    Change,
    Put,
    Recorded,
    Set,
    Table,
    Topic,
    View,
    found,
    search_index,
    searchable,
)

from metrics.contracts.partner_registry import (
    EVENTS,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerApplied,
    PartnerDescribed,
    PartnerMoved,
    PartnerMoveWithdrawn,
    TerritoryDefined,
)
from metrics.views.versions import version_table

PARTNER = Table(
    "partner",
    key=("partner",),
    columns={"partner": TEXT, "name": TEXT, "channel_type": TEXT, "segment": TEXT, **SEARCH},
    scope="partner",
)
PARTNER_PLACE = version_table("partner_place", "partner", {"territory": TEXT, "parent": TEXT}, indexes=[("parent",)], scope="partner")
TERRITORY = version_table("territory_version", "territory", {"name": TEXT, "parent": TEXT})
ACCESS = Table(
    "children_access",
    key=("partner_id", "version"),
    columns={"partner_id": TEXT, "version": INTEGER, "since": DATE, "granted": BOOLEAN},
    scope="partner_id",
)
"""Who may see what is of its children, word by word; `channel_service.children_seen` tells what holds on a day."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            found_by = searchable(e.name, e.partner_id)
            yield Put((e.partner_id,), table="partner", name=e.name, channel_type=e.channel_type, segment=e.segment, **found_by)
            yield Put((e.partner_id, e.occurred_on, event.recorded_on), table="partner_place", territory=e.territory, parent=e.parent)
        case PartnerMoved() as e:
            yield Put((e.partner_id, e.occurred_on, event.recorded_on), table="partner_place", territory=e.territory, parent=e.parent)
        case PartnerDescribed() as e:
            yield Set((e.partner_id,), table="partner", name=e.name, segment=e.segment, **searchable(e.name, e.partner_id))
        case PartnerMoveWithdrawn() as e:
            yield Put((e.partner_id, e.occurred_on, event.recorded_on), table="partner_place")
        case TerritoryDefined() as e:
            yield Put((e.territory, e.occurred_on, event.recorded_on), table="territory_version", name=e.name, parent=e.parent)
        case ChildrenAccessGranted() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=True)
        case ChildrenAccessRevoked() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=False)


HIERARCHY = View(
    "hierarchy",
    version=4,
    of=Topic("partner-registry", events=EVENTS),
    tables=[PARTNER, PARTNER_PLACE, TERRITORY, ACCESS],
    changes=changes,
)
search_index(PARTNER)


def partners(q: str | None) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """Partners, and the column they are ordered by; ``q`` is any part of name or id."""
    query = sa.select(PARTNER.sql)
    return query if q is None else query.where(found(PARTNER, q)), PARTNER.sql.c.partner
