"""Our own copy of the partners, as they are now, folded from partner-registry's events."""

from collections.abc import Iterator

from channel_events.pure import Change, Put, Recorded, Set
from channel_events.view import DATE, TEXT, Table, Topic, View

from comms.contracts.partner_registry import (
    EVENTS,
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
    columns={
        "partner_id": TEXT,
        "name": TEXT,
        "channel_type": TEXT,
        "segment": TEXT,
        "territory": TEXT,
        "parent": TEXT,
        "status": TEXT,
        "applied_on": DATE,
    },
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PartnerApplied() as e:
            yield Put(
                (e.partner_id,),
                name=e.name,
                channel_type=e.channel_type,
                segment=e.segment,
                territory=e.territory,
                parent=e.parent,
                status="applied",
                applied_on=e.occurred_on,
            )
        case PartnerApproved() as e:
            yield Set((e.partner_id,), status="approved")
        case PartnerActivated() | PartnerReinstated() as e:
            yield Set((e.partner_id,), status="active")
        case PartnerSuspended() as e:
            yield Set((e.partner_id,), status="suspended")
        case PartnerMoved() as e:
            yield Set((e.partner_id,), territory=e.territory, parent=e.parent)


PARTNER_COPY = View("partner_copy", version=1, of=Topic("partner-registry", events=EVENTS), tables=TABLE, changes=changes)
