"""The versions of all plans, as a list."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, INTEGER, SEARCH, TEXT, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Recorded, Set

from incentives.domain.plan.decide import PLAN
from incentives.domain.plan.events import (
    PlanDrafted,
    PlanRetired,
    PlanSimulated,
    PlanSubmitted,
    PlanVersionPublished,
    PlanVersionWithdrawn,
)
from incentives.domain.plan.state import Status

TABLE = Table(
    "plan_version",
    key=("plan_id", "version"),
    columns={
        **dict.fromkeys(("plan_id", "title", "status", "payee", "currency", "changed_by", "approved_by", "looks_at"), TEXT),
        **dict.fromkeys(("valid_from", "valid_until", "changed_on", "approved_on"), DATE),
        **dict.fromkeys(("version", "rules", "examples", "failing"), INTEGER),
        **SEARCH,
    },
)
"""``examples`` and ``failing``: how many there were when it was simulated last, and how many of them did not hold. ``looks_at`` names
what it needs to know beside orders (`PlanDocument.looks_at`), between blanks."""
RETIRED = Table("plan_retired", key=("plan_id",), columns={"plan_id": TEXT, "retired_on": DATE})


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PlanDrafted() as e:
            yield Set(
                (e.plan_id, e.version),
                **_moved(e, Status.DRAFT),
                title=e.plan.title,
                payee=e.plan.payee.value,
                currency=e.plan.currency,
                valid_from=e.plan.valid_from,
                valid_until=e.plan.valid_until,
                rules=len(e.plan.rules),
                looks_at=f" {' '.join(sorted(e.plan.looks_at))} ",
                examples=None,
                failing=None,
                **searchable(e.plan_id, e.plan.title),
            )
        case PlanSimulated() as e:
            failing = sum(not one.holds for one in e.tried)
            yield Set((e.plan_id, e.version), **_moved(e, Status.SIMULATED), examples=len(e.tried), failing=failing)
        case PlanSubmitted() as e:
            yield Set((e.plan_id, e.version), **_moved(e, Status.SUBMITTED))
        case PlanVersionPublished() as e:
            yield Set((e.plan_id, e.version), **_moved(e, Status.APPROVED), approved_by=e.by, approved_on=e.occurred_on)
        case PlanVersionWithdrawn() as e:
            yield Set((e.plan_id, e.version), **_moved(e, Status.WITHDRAWN))
        case PlanRetired() as e:
            yield Set((e.plan_id,), "plan_retired", retired_on=e.occurred_on)


def _moved(e: PlanDrafted | PlanSimulated | PlanSubmitted | PlanVersionPublished | PlanVersionWithdrawn, status: Status) -> dict[str, Any]:
    return {"status": status.value, "changed_by": e.by, "changed_on": e.occurred_on}


PLANS = View("plans", version=3, of=OwnLog(events=PLAN.events), tables=[TABLE, RETIRED], changes=changes)
search_index(TABLE)

_version, _later, _retired = TABLE.sql.c, TABLE.sql.alias("later").c, RETIRED.sql.c
ROWS = sa.select(TABLE.sql, _retired.retired_on).select_from(TABLE.sql.outerjoin(RETIRED.sql, _retired.plan_id == _version.plan_id))


def in_force_on(day: date) -> sa.ColumnElement[bool]:
    """As `incentives.domain.plan.state.Plan.in_force` says it."""
    approved = Status.APPROVED.value
    newer = sa.exists().where(
        _later.plan_id == _version.plan_id, _later.version > _version.version, _later.status == approved, _later.valid_from <= day
    )
    return sa.and_(
        _version.status == approved,
        _version.valid_from <= day,
        sa.or_(_version.valid_until.is_(None), _version.valid_until >= day),
        sa.or_(_retired.retired_on.is_(None), _retired.retired_on >= day),
        ~newer,
    )
