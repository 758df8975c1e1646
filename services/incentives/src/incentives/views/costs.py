"""What units of products cost, from which day on."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from channel_events import DATE, INTEGER, NUMERIC, SEARCH, TEXT, Add, OwnLog, Table, View, search_index, searchable
from channel_events.pure import Change, Delete, Put, Recorded
from sqlalchemy.ext.asyncio import AsyncConnection

from incentives.domain.cost import COST, CostSet
from incentives.domain.movements import Costs

TABLE = Table(
    "cost",
    key=("sku", "currency", "since"),
    columns={"sku": TEXT, "currency": TEXT, "since": DATE, "unit_cost": NUMERIC, "set_on": DATE, **SEARCH},
)
TOUCHED = Table("touched_by_cost", key=("sku",), columns={"sku": TEXT, "changes": INTEGER}, sums=["changes"])
"""How often a cost of the product was set."""


def changes(event: Recorded) -> Iterator[Change]:
    if isinstance(event.data, CostSet):
        yield Add((event.data.sku,), "touched_by_cost", changes=1)
    match event.data:
        case CostSet(unit_cost=None) as e:
            yield Delete((e.sku, e.currency, e.since))
        case CostSet() as e:
            yield Put((e.sku, e.currency, e.since), unit_cost=e.unit_cost, set_on=e.occurred_on, **searchable(e.sku))


COSTS = View("costs", version=1, of=OwnLog(events=COST.events), tables=[TABLE, TOUCHED], changes=changes)
search_index(TABLE)


async def costs_of(read: AsyncConnection, skus: Sequence[str]) -> Costs:
    c = TABLE.sql.c
    named = c.sku == sa.any_(sa.literal(list(skus), sa.ARRAY(sa.Text)))
    rows = await read.execute(sa.select(c.sku, c.currency, c.since, c.unit_cost).where(named).order_by(c.since))
    found: dict[tuple[str, str], list[tuple[date, Decimal]]] = {}
    for sku, currency, since, unit_cost in rows:
        found.setdefault((sku, currency), []).append((since, unit_cost))
    return found
