"""Facts of sales by the million, in the metrics' own tables, with the sums that the view would have made of them."""

import asyncpg
from metrics.app import CATALOGUE

LINES = 12
"""Of an order: the median of the orders that we know of."""
_SALES = next(view for view in CATALOGUE.counting if view.name == "sales")
FACT, ROLLUP, OVERALL = (table.sql.name for table in _SALES.tables)
_BATCH = 1_000_000 // LINES

# Orders $1 to $2. 200 partners in 5 territories, 300 products, 300 days.
_FACTS = f"""
insert into {FACT} (service, partition, position, line, event_id, order_id, line_id, kind, occurred_on, placed_on, recorded_on, partner,
  channel_type, segment, territory, sales_rep, source, warehouse, currency, product, units, gross, discount, complete, filled)
select 'orders-inventory', g % 12, g, line, uuidv7()::text, 'past:' || g, line::text,
  case when h % 3 = 0 then 'shipped' else 'placed' end, day, day, day, 'p' || lpad((h % 200)::text, 3, '0'),
  case when h % 2 = 0 then 'retailer' else 'distributor' end, '', 'CN-' || h % 5, '', 'past', 'sh', 'CNY',
  'SKU-' || lpad(((h + line * 7) % 300)::text, 3, '0'), 1 + line % 3, (1 + line % 3) * 12.50, 0.5, 0, line % 2
from (select g, abs(hashint8(g)) as h, date '2026-01-01' + (g % 300)::integer as day from generate_series($1::bigint, $2::bigint) g) orders,
     generate_series(1, {LINES}) line
order by orders.g, line.line -- as the view writes them: the lines of an order lie together
"""
_FEW = "partition, kind, occurred_on, placed_on, recorded_on, channel_type, segment, territory, source, warehouse, currency"
_SHARED = f"{_FEW}, partner, sales_rep"
_SUMS = f"""
insert into {ROLLUP} ({_SHARED}, lines, orders, units, gross, discount, complete, filled)
select {_SHARED}, count(*), count(*) filter (where line = 1), sum(units), sum(gross), sum(discount), sum(complete), sum(filled)
from {FACT} group by {_SHARED}
"""
_OVERALL = f"""
insert into {OVERALL} ({_FEW}, lines, orders, units, gross, discount, complete, filled)
select {_FEW}, sum(lines), sum(orders), sum(units), sum(gross), sum(discount), sum(complete), sum(filled) from {ROLLUP} group by {_FEW}
"""
_INDEXES = """
select indexname as name, indexdef as made from pg_indexes
 where tablename = any($1) and indexname not in (select conname from pg_constraint)
"""


async def fill_facts(dsn: str, facts: int) -> None:
    """So many facts more, at least, and the sums of all. Indexes are made afterwards, in a fraction of the time."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("set maintenance_work_mem = '256MB'; set work_mem = '256MB'; set synchronous_commit = off")
    indexes = await connection.fetch(_INDEXES, [FACT, ROLLUP, OVERALL])
    for index in indexes:
        await connection.execute(f'drop index "{index["name"]}"')
    first = await connection.fetchval(f"select coalesce(max(position), 0) + 1 from {FACT}")
    last = first + facts // LINES
    for start in range(first, last + 1, _BATCH):
        await connection.execute(_FACTS, start, min(start + _BATCH - 1, last))
    await connection.execute(f"truncate {ROLLUP}, {OVERALL}")
    await connection.execute(_SUMS)
    await connection.execute(_OVERALL)
    for index in indexes:
        await connection.execute(index["made"])
    for table in (FACT, ROLLUP, OVERALL):
        await connection.execute(f"vacuum analyze {table}")
    await connection.execute("checkpoint")
    await connection.close()
