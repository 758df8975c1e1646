"""Our own copy of the partners, folded from partner-registry's events: who they are, and where from which day on."""

from collections.abc import Iterator
from datetime import date
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

from incentives.contracts.partner_registry import (
    EVENTS,
    ChildrenAccessGranted,
    ChildrenAccessRevoked,
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)

PARTNER = Table(
    "partner_copy",
    key=("partner_id",),
    columns={"partner_id": TEXT, "name": TEXT, "channel_type": TEXT, "segment": TEXT, "status": TEXT, "applied_on": DATE, **SEARCH},
    scope="partner_id",
)
PLACE = Table(
    "partner_place_copy",
    key=("partner_id", "valid_from"),
    columns={"partner_id": TEXT, "valid_from": DATE, "territory": TEXT, "parent": TEXT},
    indexes=[("parent",)],
)
ACCESS = Table(
    "children_access_copy",
    key=("partner_id", "version"),
    columns={"partner_id": TEXT, "version": INTEGER, "since": DATE, "granted": BOOLEAN},
    scope="partner_id",
)
"""Who may see what is of its children, word by word; `channel_service.children_seen` tells what holds on a day."""

ALWAYS = date.min
"""From when the first place holds, so that a partner is never nowhere."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            yield Put(
                (e.partner_id,),
                name=e.name,
                channel_type=e.channel_type,
                segment=e.segment,
                status="applied",
                applied_on=e.occurred_on,
                **searchable(e.name, e.partner_id),
            )
            yield Put((e.partner_id, ALWAYS), table=PLACE.name, territory=e.territory, parent=e.parent)
        case PartnerApproved() as e:
            yield Set((e.partner_id,), status="approved")
        case PartnerActivated() | PartnerReinstated() as e:
            yield Set((e.partner_id,), status="active")
        case PartnerSuspended() as e:
            yield Set((e.partner_id,), status="suspended")
        case PartnerMoved() as e:
            yield Put((e.partner_id, e.occurred_on), table=PLACE.name, territory=e.territory, parent=e.parent)
        case ChildrenAccessGranted() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=True)
        case ChildrenAccessRevoked() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=False)


PARTNER_COPY = View(
    "partner_copy", version=3, of=Topic("partner-registry", events=EVENTS), tables=[PARTNER, PLACE, ACCESS], changes=changes
)
search_index(PARTNER)


def partners_on(day: date, q: str | None = None) -> sa.Select[Any]:
    """The partners with the territory and parent they have on ``day``; ``q`` is any part of name or id."""
    place = PLACE.sql
    newest = (
        sa.select(place.c.territory, place.c.parent)
        .where(place.c.partner_id == PARTNER.sql.c.partner_id, place.c.valid_from <= day)
        .order_by(place.c.valid_from.desc())
        .limit(1)
        .lateral()
    )
    query = sa.select(PARTNER.sql, newest).join(newest, sa.true())
    return query if q is None else query.where(found(PARTNER, q))
