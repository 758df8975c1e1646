"""Which plans are whose, and which versions of them were acknowledged."""

from collections.abc import Iterator
from typing import Any

from channel_events import DATE, INTEGER, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded, Set

from incentives.domain.assignment import ASSIGNMENT, AssignmentEnded, PlanAcknowledged, PlanAssigned

TABLE = Table(
    "assignment",
    key=("plan_id", "payee", "payee_id"),
    columns={
        **dict.fromkeys(("plan_id", "payee_id", "payee", "partner_id", "acknowledged_by"), TEXT),
        **dict.fromkeys(("assigned_on", "ended_on", "acknowledged_on"), DATE),
        "acknowledged": INTEGER,
        **SEARCH,
    },
    scope="partner_id",
    indexes=[("partner_id",)],
)
"""``acknowledged`` is the version that was acknowledged last; ``partner_id`` is the payee, where it is a partner."""


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PlanAssigned() as e:
            said: dict[str, Any] = {"partner_id": e.payee.partner_id(e.payee_id), "assigned_on": e.occurred_on, "ended_on": None}
            yield Set((e.plan_id, e.payee.value, e.payee_id), **said, **searchable(e.plan_id, e.payee.value, e.payee_id))
        case PlanAcknowledged() as e:
            yield Set((e.plan_id, e.payee.value, e.payee_id), acknowledged=e.version, acknowledged_by=e.by, acknowledged_on=e.occurred_on)
        case AssignmentEnded() as e:
            yield Set((e.plan_id, e.payee.value, e.payee_id), ended_on=e.occurred_on)


ASSIGNMENTS = View("assignments", version=2, of=OwnLog(events=ASSIGNMENT.events), tables=TABLE, changes=changes)
search_index(TABLE)
