"""All territories, each with its way from the root."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from channel_events import DATE, OWN_LOG, SEARCH, TEXT, Change, Recorded, Table, View, search_index, searchable
from sqlalchemy.dialects.postgresql import aggregate_order_by

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


_one = TERRITORY_TABLE.sql


def _path() -> sa.ScalarSelect[Any]:
    """The codes from the root down to a territory, found on the way up: for a page that is a few rows, the tree may have many."""
    above = TERRITORY_TABLE.sql.alias("above")
    itself = sa.select(_one.c.territory.label("code"), _one.c.parent.label("up"), sa.literal(0).label("steps")).correlate(_one)
    way = itself.cte("way", recursive=True, nesting=True)
    way = way.union_all(sa.select(above.c.territory, above.c.parent, way.c.steps + 1).join(way, above.c.territory == way.c.up))
    return sa.select(sa.func.array_agg(aggregate_order_by(way.c.code, way.c.steps.desc()))).scalar_subquery()


ROWS = sa.select(_one, _path().label("path"))
"""Territories with ``path``, the codes from the root down to each."""
