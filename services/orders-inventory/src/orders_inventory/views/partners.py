"""The local copy of partners: what an order needs to know of the one who orders."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import sqlalchemy as sa
from channel_events import TEXT, Table, Topic, View
from channel_events.pure import Change, Put, Recorded, Set
from sqlalchemy.ext.asyncio import AsyncConnection

from orders_inventory.contracts.partners import (
    PartnerActivated,
    PartnerApplied,
    PartnerApproved,
    PartnerMoved,
    PartnerReinstated,
    PartnerSuspended,
)

TABLE = Table(
    "partner_copy",
    key=("partner_id",),
    columns={"partner_id": TEXT, "name": TEXT, "channel_type": TEXT, "segment": TEXT, "territory": TEXT, "status": TEXT},
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            yield Put((e.partner_id,), name=e.name, channel_type=e.channel_type, segment=e.segment, territory=e.territory, status="applied")
        case PartnerApproved() as e:
            yield Set((e.partner_id,), status="approved")
        case PartnerActivated() | PartnerReinstated() as e:
            yield Set((e.partner_id,), status="active")
        case PartnerSuspended() as e:
            yield Set((e.partner_id,), status="suspended")
        case PartnerMoved() as e:
            yield Set((e.partner_id,), territory=e.territory)


PARTNERS = View(
    "partner_copy",
    version=1,
    of=Topic(
        "partner-registry",
        events=[PartnerApplied, PartnerApproved, PartnerActivated, PartnerSuspended, PartnerReinstated, PartnerMoved],
    ),
    tables=TABLE,
    changes=changes,
)


class KnownPartner(NamedTuple):
    partner_id: str
    channel_type: str
    segment: str | None
    territory: str
    status: Literal["applied", "approved", "active", "suspended"]


async def known_partners(connection: AsyncConnection, partner_ids: Iterable[str]) -> dict[str, KnownPartner]:
    """Those of the partners that this service has heard of, by id."""
    table = TABLE.sql
    query = sa.select(*(table.c[name] for name in KnownPartner._fields)).where(table.c.partner_id == sa.any_(sa.bindparam("ids")))
    rows = await connection.execute(query, {"ids": list(partner_ids)})
    return {row.partner_id: KnownPartner(*row) for row in rows}
