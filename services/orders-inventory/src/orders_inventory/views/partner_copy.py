"""The local copy of partners: what an order needs to know of the one who orders, and who sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channel_events import BOOLEAN, DATE, INTEGER, TEXT, Copy, Table, Topic, View
from channel_events.pure import Change, Put, Recorded, Set

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
from orders_inventory.domain.order import PARTNER as ORDERING_PARTNER
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


def _read(rows: Sequence[Mapping[str, Any]]) -> dict[str, OrderingPartner]:
    known: dict[str, OrderingPartner] = {}
    for row in rows:
        id_ = row["partner_id"]
        places = known[id_].places if id_ in known else ()
        place = (row["since"], row["territory"])
        known[id_] = OrderingPartner(id_, row["channel_type"], row["segment"], row["status"], (*places, place))
    return known


KNOWN_PARTNERS = Copy(
    ORDERING_PARTNER,
    f"select p.partner_id, p.channel_type, p.segment, p.status, l.since, l.territory from {PARTNER.sql.name} p "
    f"join {PLACE.sql.name} l using (partner_id) where p.partner_id = any($1::text[]) order by p.partner_id, l.since",
    _read,
)
