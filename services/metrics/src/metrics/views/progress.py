"""How far the views have come along each topic they read."""

from typing import Any

import sqlalchemy as sa

_PROGRESS = sa.table("progress", *(sa.column(name) for name in ("subscription", "source", "partition", "position", "state")))


def progress_query() -> sa.Select[Any]:
    """A row per view, source and partition; builds that are not read, ``sales_v1#3``, are left out."""
    return (
        sa.select(_PROGRESS)
        .where(sa.func.strpos(_PROGRESS.c.subscription, "#") == 0)
        .order_by(_PROGRESS.c.subscription, _PROGRESS.c.source, _PROGRESS.c.partition)
    )
