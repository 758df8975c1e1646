"""What was pushed, and what became of each: received = applied + duplicate + superseded + ignored + dismissed + parked + received."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

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


class Wanted(NamedTuple):
    """Which pushes of the list; ``None`` is any. ``text``: how the id or the entity begins."""

    source: str | None = None
    state: State | None = None
    text: str | None = None


def newest_first() -> list[sa.ColumnElement[Any]]:
    return [TABLE.sql.c.position]


def listed(wanted: Wanted) -> sa.Select[Any]:
    """The pushes with their state; of those that are parked why, since when, and what they wait for."""
    c, w = TABLE.sql.c, _WAITING.c
    parked = w.stream == sa.literal("push/") + c.source + "/" + c.push_id
    state = sa.case((c.outcome.is_not(None), c.outcome), (w.stream.is_not(None), State.PARKED), else_=State.RECEIVED)
    query = sa.select(
        TABLE.sql,
        state.label("state"),
        sa.func.coalesce(c.settled_reason, w.reason).label("reason"),
        w.waits_for,
        w.attempts,
        w.since.label("parked_since"),
    ).select_from(TABLE.sql.outerjoin(_WAITING, parked))
    if wanted.source is not None:
        query = query.where(c.source == wanted.source)
    if wanted.state is not None:
        query = query.where(state == wanted.state)
    if wanted.text is not None:
        query = query.where(sa.or_(c.push_id.startswith(wanted.text, autoescape=True), c.entity.startswith(wanted.text, autoescape=True)))
    return query


def one(source: str, push_id: str) -> sa.Select[Any]:
    return listed(Wanted(source=source)).where(TABLE.sql.c.push_id == push_id)


def tally(source: str | None) -> sa.Select[Any]:
    """How many pushes are in each state: the books of messages."""
    pushes = listed(Wanted(source=source)).subquery()
    return sa.select(pushes.c.state, sa.func.count().label("pushes")).group_by(pushes.c.state)
