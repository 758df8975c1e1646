"""What keeps events from views, as far as the database knows."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from channel_events import View, parked_streams_query, progress_query

PARKED = "parked"


def standing_query(views: Iterable[View]) -> sa.CompoundSelect[Any]:
    """``subscription``, ``source``, ``state`` and ``position`` (the furthest) of each state that partitions of a source are in, and a
    row of the state `PARKED` for each source of which events wait."""
    place = progress_query().subquery("place").c
    stands: list[sa.Select[Any]] = []
    for view in views:
        columns = (place.subscription, place.source, place.state)
        own = sa.select(*columns, sa.func.max(place.position).label("position")).where(place.subscription == view.subscription)
        stands.append(own.group_by(*columns))
        for source in view.sources:
            stream = parked_streams_query(view.subscription).subquery().c
            # One is enough to know: there may be a million.
            first = sa.select(stream.subscription, stream.source).where(stream.source == source.name).limit(1).subquery()
            stands.append(sa.select(first, sa.literal(PARKED).label("state"), sa.literal(0, sa.BigInteger).label("position")))
    return sa.union_all(*stands)
