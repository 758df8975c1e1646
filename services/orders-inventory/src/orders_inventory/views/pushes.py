"""What was pushed, and what became of each: received = applied + duplicate + superseded + ignored + dismissed + parked + received."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from channel_events import INTEGER, TEXT, TIME, OwnLog, Table, View, parked_streams_query
from channel_events.pure import Change, Recorded, Set

from orders_inventory.domain.push import Outcome, PushReceived, PushSettled

TABLE = Table(
    "push",
    key=("source", "push_id"),
    columns={
        "source": TEXT,
        "push_id": TEXT,
        "platform": TEXT,
        "position": INTEGER,
        "event_id": TEXT,
        "received_at": TIME,
        "outcome": TEXT,
        "settled_reason": TEXT,
        "entity": TEXT,
        "version": TEXT,
        "settled_at": TIME,
    },
    indexes=[("position",), ("source", "position")],
)


class State(StrEnum):
    """How far a push is: an outcome, or one of the first two."""

    RECEIVED = "received"
    """Kept, and not decided yet."""
    PARKED = "parked"
    """It cannot be applied now; the reason says why."""
    APPLIED = Outcome.APPLIED
    DUPLICATE = Outcome.DUPLICATE
    SUPERSEDED = Outcome.SUPERSEDED
    IGNORED = Outcome.IGNORED
    DISMISSED = Outcome.DISMISSED


REACTION = "apply_pushes"
_WAITING = parked_streams_query(REACTION).subquery("waiting")


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case PushReceived() as e:
            yield Set((e.source, e.push_id), platform=e.platform, position=event.position, event_id=event.id, received_at=event.recorded_at)
        case PushSettled() as e:
            yield Set(
                (e.source, e.push_id),
                outcome=e.outcome.value,
                settled_reason=e.reason,
                entity=e.entity,
                version=e.version,
                settled_at=event.recorded_at,
            )


PUSHES = View("pushes", version=1, of=OwnLog(events=[PushReceived, PushSettled]), tables=TABLE, changes=changes)


_c, _w = TABLE.sql.c, _WAITING.c
STATE = sa.case((_c.outcome.is_not(None), _c.outcome), (_w.stream.is_not(None), State.PARKED), else_=State.RECEIVED)
ROWS = sa.select(
    TABLE.sql,
    STATE.label("state"),
    sa.func.coalesce(_c.settled_reason, _w.reason).label("reason"),
    _w.waits_for,
    _w.attempts,
    _w.since.label("parked_since"),
).select_from(TABLE.sql.outerjoin(_WAITING, _w.stream == sa.literal("push/") + _c.source + "/" + _c.push_id))
"""The pushes with their state; of those that are parked why, since when, and what they wait for."""


def begins(text: str) -> sa.ColumnElement[bool]:
    """Whether the id of a push or what it is about begins so."""
    return sa.or_(_c.push_id.startswith(text, autoescape=True), _c.entity.startswith(text, autoescape=True))


def one(source: str, push_id: str) -> sa.Select[Any]:
    return ROWS.where(_c.source == source, _c.push_id == push_id)


def tally(source: str | None) -> sa.Select[Any]:
    """How many pushes are in each state: the books of messages."""
    pushes = (ROWS if source is None else ROWS.where(_c.source == source)).subquery()
    return sa.select(pushes.c.state, sa.func.count().label("pushes")).group_by(pushes.c.state)
