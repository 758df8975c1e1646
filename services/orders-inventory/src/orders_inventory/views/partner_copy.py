"""The local copy of partners: what an order needs to know of the one who orders, and who sees it."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from channel_events import BOOLEAN, DATE, INTEGER, TEXT, Table, Topic, View
from channel_events.pure import Change, Put, Recorded, Set
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.contracts.partner_registry import (
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
from orders_inventory.domain.order import OrderingPartner

PARTNER = Table(
    "partner_copy",
    key=("partner_id",),
    columns={"partner_id": TEXT, "name": TEXT, "channel_type": TEXT, "segment": TEXT, "status": TEXT},
)
PLACE = Table(
    "partner_place",
    key=("partner_id", "since"),
    columns={"partner_id": TEXT, "since": DATE, "territory": TEXT, "parent": TEXT},
    indexes=[("parent",)],
)
"""From which day on a partner is in which territory, under whom; moves may be announced ahead, and imported orders lie back."""
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
            yield Put((e.partner_id,), name=e.name, channel_type=e.channel_type, segment=e.segment, status="applied")
            yield Put((e.partner_id, e.occurred_on), table="partner_place", territory=e.territory, parent=e.parent)
        case PartnerApproved() as e:
            yield Set((e.partner_id,), status="approved")
        case PartnerActivated() | PartnerReinstated() as e:
            yield Set((e.partner_id,), status="active")
        case PartnerSuspended() as e:
            yield Set((e.partner_id,), status="suspended")
        case PartnerMoved() as e:
            yield Put((e.partner_id, e.occurred_on), table="partner_place", territory=e.territory, parent=e.parent)
        case ChildrenAccessGranted() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=True)
        case ChildrenAccessRevoked() as e:
            yield Put((e.partner_id, event.version), table=ACCESS.name, since=e.occurred_on, granted=False)


PARTNERS = View("partner_copy", version=2, of=Topic("partner-registry", events=EVENTS), tables=[PARTNER, PLACE, ACCESS], changes=changes)


async def known_partners(connection: AsyncConnection, partner_ids: Iterable[str]) -> dict[str, OrderingPartner]:
    """Those of the partners that this service has heard of, by id."""
    partner, place = PARTNER.sql.c, PLACE.sql.c
    query = (
        sa.select(partner.partner_id, partner.channel_type, partner.segment, partner.status, place.since, place.territory)
        .join_from(PARTNER.sql, PLACE.sql, partner.partner_id == place.partner_id)
        .where(partner.partner_id.in_(list(partner_ids)))
        .order_by(partner.partner_id, place.since)
    )
    known: dict[str, OrderingPartner] = {}
    for id_, channel_type, segment, status, since, territory in await connection.execute(query):
        places = known[id_].places if id_ in known else ()
        known[id_] = OrderingPartner(id_, channel_type, segment, status, (*places, (since, territory)))
    return known
