"""Documents found by how their number begins."""

from collections.abc import Callable

import sqlalchemy as sa
from channel_events import Table


def number_index(table: Table) -> None:
    """Beginnings are found by it whatever the database's collation."""
    sa.Index(f"{table.sql.name}_number", table.sql.c.external_id, postgresql_ops={"external_id": "text_pattern_ops"})


def numbered(table: Table) -> Callable[[str], sa.ColumnElement[bool]]:
    """Whether a document's number begins so, or its source is that and its number begins so: ``shop:100``."""
    c = table.sql.c

    def where(q: str) -> sa.ColumnElement[bool]:
        source, colon, number = q.rpartition(":")
        alone = c.external_id.startswith(q, autoescape=True)
        return sa.or_(alone, sa.and_(c.source == source, c.external_id.startswith(number, autoescape=True))) if colon else alone

    return where
