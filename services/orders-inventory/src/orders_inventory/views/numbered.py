"""Documents found by how their number begins."""

import sqlalchemy as sa
from channel_events import Table


def number_index(table: Table) -> None:
    """Beginnings are found by it whatever the database's collation."""
    sa.Index(f"{table.sql.name}_number", table.sql.c.external_id, postgresql_ops={"external_id": "text_pattern_ops"})


def numbered(table: Table, q: str) -> sa.ColumnElement[bool]:
    """``q`` is the beginning of a document's number, or its source and that: ``shop:100``."""
    c = table.sql.c
    source, colon, number = q.partition(":")
    alone = c.external_id.startswith(q, autoescape=True)
    return sa.or_(alone, sa.and_(c.source == source, c.external_id.startswith(number, autoescape=True))) if colon else alone
