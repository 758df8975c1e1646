"""The local copy of partners: what an order needs to know of the one who orders."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from channel_events import DATE, TEXT, Table, Topic, View
from channel_events.pure import Change, Put, Recorded, Set
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.contracts.partners import (
    EVENTS,
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
PLACE = Table("partner_place", key=("partner_id", "since"), columns={"partner_id": TEXT, "since": DATE, "territory": TEXT})
"""From which day on a partner is in which territory; moves may be announced ahead, and imported orders lie back."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            yield Put((e.partner_id,), name=e.name, channel_type=e.channel_type, segment=e.segment, status="applied")
            yield Put((e.partner_id, e.occurred_on), table="partner_place", territory=e.territory)
        case PartnerApproved() as e:
            yield Set((e.partner_id,), status="approved")
        case PartnerActivated() | PartnerReinstated() as e:
            yield Set((e.partner_id,), status="active")
        case PartnerSuspended() as e:
            yield Set((e.partner_id,), status="suspended")
        case PartnerMoved() as e:
            yield Put((e.partner_id, e.occurred_on), table="partner_place", territory=e.territory)


PARTNERS = View("partner_copy", version=1, of=Topic("partner-registry", events=EVENTS), tables=[PARTNER, PLACE], changes=changes)


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
