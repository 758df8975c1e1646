"""All territories, each with its way from the root."""

from collections.abc import Iterator

import sqlalchemy as sa
from channel_events import DATE, OWN_LOG, SEARCH, TEXT, Change, Recorded, Table, View, search_index, searchable
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
            yield TERRITORY_TABLE.put(e, defined_on=e.occurred_on, **searchable(e.name, e.territory))


TERRITORY_LIST = View("territory_list", version=2, of=OWN_LOG, tables=TERRITORY_TABLE, changes=changes)
search_index(TERRITORY_TABLE)


_one = TERRITORY_TABLE.sql.c


def _tree() -> sa.CTE:
    """Territories with ``path``, the codes from the root down to each."""
    roots = sa.select(TERRITORY_TABLE.sql, sa.cast(array([_one.territory]), ARRAY(sa.Text)).label("path")).where(_one.parent.is_(None))
    tree = roots.cte("tree", recursive=True)
    below = sa.select(TERRITORY_TABLE.sql, sa.func.array_append(tree.c.path, _one.territory)).join(tree, _one.parent == tree.c.territory)
    return tree.union_all(below)


TREE = _tree()
