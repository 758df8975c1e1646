"""Where subscriptions stand, as queries for those who join it with rows of their own: services name no table of the library."""

from typing import Any

import sqlalchemy as sa


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


_PROGRESS = _table("progress", "subscription", "source", "partition", "position", "state")
_MOVED = _table("progress", "revision", "position").c
_STREAM = _table("parked_stream", "subscription", "source", "stream", "partition", "reason", "waits_for", "attempts", "since")
_EVENT = _table("parked_event", "subscription", "source", "stream", "position")
_SERVING = _table("serving", "subscription", "build")


def progress_query() -> sa.Select[Any]:
    """A row per view or reaction, source and partition: how far it is; builds that are not read, ``sales_v1#3``, are left out."""
    return sa.select(_PROGRESS).where(sa.func.strpos(_PROGRESS.c.subscription, "#") == 0)


def moved_query() -> sa.Select[Any]:
    """One row, which is another one whenever any view or reaction has moved on."""
    return sa.select(*(sa.func.count(), *(sa.func.sum(column) for column in _MOVED)))


def parked_streams_query(subscription: str) -> sa.Select[Any]:
    """Streams that wait in a view or reaction, with their source and partition, why, for what, how often tried, since when."""
    return sa.select(_STREAM).where(_STREAM.c.subscription == subscription)


def parked_events_query(subscription: str) -> sa.Select[Any]:
    """Events that wait in a view or reaction: source, stream, partition and position."""
    event = _EVENT.c
    same = (_STREAM.c.subscription == event.subscription) & (_STREAM.c.source == event.source) & (_STREAM.c.stream == event.stream)
    columns = (event.source, event.stream, _STREAM.c.partition, event.position)
    return sa.select(*columns).select_from(_EVENT.join(_STREAM, same)).where(event.subscription == subscription)


def serving_query(subscription: str) -> sa.Select[Any]:
    """The number of the build of a view that is read; no row for the first, which is 0."""
    return sa.select(_SERVING.c.build).where(_SERVING.c.subscription == subscription)
