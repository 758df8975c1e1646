"""How far the views have come along each topic they read."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from channel_events import View

_PROGRESS = sa.table(
    "progress",
    *(sa.column(name) for name in ("subscription", "source", "partition", "position", "state")),
)


def progress_query() -> sa.Select[Any]:
    """A row per view, source and partition."""
    return sa.select(_PROGRESS).order_by(_PROGRESS.c.subscription, _PROGRESS.c.source, _PROGRESS.c.partition)


def slowest_query(views: Iterable[View], source: str) -> sa.Select[Any]:
    """Per partition of ``source``, the position that all these views have reached; a view that has none yet counts as 0."""
    names = [view.subscription for view in views]
    reached = sa.case((sa.func.count() == len(names), sa.func.min(_PROGRESS.c.position)), else_=0)
    of_source = sa.select(_PROGRESS.c.partition, reached.label("position")).where(_PROGRESS.c.source == source)
    return of_source.where(_PROGRESS.c.subscription.in_(names)).group_by(_PROGRESS.c.partition)
