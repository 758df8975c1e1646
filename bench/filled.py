"""A log with a past: orders placed, and between them goods received, as the library itself would have written them.

Filled by SQL through the schema's own tables: versions in a row, links of the public events in each partition, and the head with its mark
and tails. `checked` reads the log back and says what is not as it must be.
"""

import asyncpg
from channel_events.partition import partition_of  # import-rule: plays a publisher

MANY = 200
"""Partners, and SKUs, that the orders are spread over."""
HOUSES = 1000
"""Warehouses that goods are received in."""
_BATCH = 500_000

# Each statement writes the positions $1 to $2. One event in $3 places an order, of two lines; the others are of a warehouse's stock.
# All are public: partition and links as `channel_events.partition` has them.
_FILL = f"""
with drawn as materialized (
  select g as position, uuidv7() as id, g % $3 = 0 as placed,
         case when g % $3 = 0 then 'order/past:' || lpad(g::text, 9, '0') else 'stock/past-' || lpad((g % {HOUSES})::text, 4, '0') end
           as stream,
         date '2026-01-01' + ((g / 1000) % 300)::integer as day
    from generate_series($1::bigint, $2::bigint) g),
before as materialized (
  select stream, (select max(version) from event where event.stream = s.stream) as version
    from (select distinct stream from drawn where not placed) s),
numbered as materialized (
  select drawn.*, (crc32(convert_to(stream, 'UTF8')) % 12)::smallint as partition,
         row_number() over (partition by stream order by position) + coalesce(before.version, 0) as version
    from drawn left join before using (stream)),
tails as (
  select (n - 1)::smallint as partition, (tail->>0)::bigint as position, (tail->>1)::uuid as id
    from log_head, json_array_elements(tails) with ordinality as t (tail, n)),
linked as (
  select numbered.*,
         coalesce(lag(numbered.position) over w, tails.position) as previous_position,
         coalesce(lag(numbered.id) over w, tails.id) as previous_id
    from numbered join tails using (partition)
  window w as (partition by partition order by numbered.position)),
filled as (
  insert into event (position, id, stream, version, type, data, occurred_on, recorded_at, recorded_on, partition, previous_position,
                     previous_id, actor)
  select position, id, stream, version, case when placed then 'order_placed' else 'stock_received' end,
         case when placed then json_build_object(
                'order_id', substr(stream, 7), 'source', 'past', 'external_id', substr(stream, 12), 'partner_id', 'p' || position % {MANY},
                'channel_type', 'retailer', 'segment', null, 'territory', 'CN-31', 'sales_rep', null, 'currency', 'CNY', 'warehouse', 'sh',
                'occurred_on', day, 'imported', false, 'flags', json_build_array(), 'lines', json_build_array(
                  json_build_object('line_id', '1', 'sku', 'SKU-' || lpad((position % {MANY})::text, 3, '0'), 'quantity', 2,
                                    'unit_price', '12.50', 'discount', '0'),
                  json_build_object('line_id', '2', 'sku', 'SKU-' || lpad(((position + 7) % {MANY})::text, 3, '0'), 'quantity', 1,
                                    'unit_price', '7.25', 'discount', '0')))
              else json_build_object('warehouse', substr(stream, 7), 'sku', 'SKU-' || lpad((position % {MANY})::text, 3, '0'),
                                     'quantity', 3, 'reference', null, 'occurred_on', day) end,
         day, now(), current_date, partition, previous_position, previous_id, 'past'
    from linked order by position
  returning position, id, partition),
ends as (select distinct on (partition) partition, position, id from filled order by partition, position desc)
update log_head set
  position = (select max(position) from filled),
  mark = (select id from filled order by position desc limit 1),
  recorded_at = now(),
  tails = (select json_agg(json_build_array(coalesce(ends.position, tails.position), coalesce(ends.id, tails.id)) order by partition)
             from tails left join ends using (partition))
"""


async def more(connection: asyncpg.Connection, events: int, *, every: int = 1) -> None:
    """``events`` more behind the last; one in ``every`` places an order."""
    first = await connection.fetchval("select position + 1 from log_head")
    for start in range(first, first + events, _BATCH):
        await connection.execute(_FILL, start, min(start + _BATCH, first + events) - 1, every)


async def fill(dsn: str, events: int, *, every: int = 1) -> None:
    """So many `more`, checked, with statistics, all of it written to disk."""
    connection = await asyncpg.connect(dsn)
    await more(connection, events, every=every)
    await connection.execute("vacuum analyze event")
    await connection.execute("checkpoint")
    await checked(connection)
    await connection.close()


_CHECK = """
with linked as (
  select position, id, partition, previous_position, previous_id, stream, version,
         lag(position, 1, 0::bigint) over p as before, lag(id, 1, '00000000-0000-0000-0000-000000000000') over p as before_id,
         lag(version, 1, 0) over s as version_before, lag(position, 1, 0::bigint) over a as place_before
    from (select * from event order by position limit 100000) e
  window p as (partition by partition order by position), s as (partition by stream order by position), a as (order by position))
select count(*) from linked
 where (previous_position, previous_id, version - 1, position - 1) is distinct from (before, before_id, version_before, place_before)
"""


async def checked(connection: asyncpg.Connection) -> None:
    """Ends the programme when the first hundred thousand events, or the head, are not as the library would have written them."""
    wrong = await connection.fetchval(_CHECK)
    head = await connection.fetchval(
        "select (position, id) = (select position, mark from log_head) from event order by position desc limit 1"
    )
    rows = await connection.fetch("select stream, partition from event order by position desc limit 1000")
    if wrong or not head or any(partition_of(row["stream"]) != row["partition"] for row in rows):
        raise SystemExit(f"the log is filled wrongly: {wrong} events, head {head}")
