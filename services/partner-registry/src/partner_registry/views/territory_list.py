"""All territories, each with its way from the root."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, OWN_LOG, SEARCH, TEXT, Change, Put, Recorded, Table, View, found, search_index, searchable
from sqlalchemy.dialects.postgresql import ARRAY, array

from partner_registry.domain.territories import TerritoryDefined

TERRITORY_TABLE = Table(
    "territory",
    key=("territory",),
    columns={"territory": TEXT, "name": TEXT, "parent": TEXT, "defined_on": DATE, **SEARCH},
    indexes=[("parent",)],
)


def changes(event: Recorded) -> Iterator[Change]:
    match event.data:
        case TerritoryDefined() as e:
            yield Put((e.territory,), name=e.name, parent=e.parent, defined_on=e.occurred_on, **searchable(e.name, e.territory))


TERRITORY_LIST = View("territory_list", version=2, of=OWN_LOG, tables=TERRITORY_TABLE, changes=changes)
search_index(TERRITORY_TABLE)


def listed(q: str | None) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """Territories with ``path``, the codes from the root down to each; and the column of their order, the code.
    ``q`` is any part of name or code.
    """
    one = TERRITORY_TABLE.sql.c
    roots = sa.select(TERRITORY_TABLE.sql, sa.cast(array([one.territory]), ARRAY(sa.Text)).label("path")).where(one.parent.is_(None))
    tree = roots.cte("tree", recursive=True)
    below = sa.select(TERRITORY_TABLE.sql, sa.func.array_append(tree.c.path, one.territory)).join(tree, one.parent == tree.c.territory)
    tree = tree.union_all(below)
    query = sa.select(tree)
    if q is not None:
        query = query.where(tree.c.territory.in_(sa.select(one.territory).where(found(TERRITORY_TABLE, q))))
    return query, tree.c.territory
