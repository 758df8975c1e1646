"""How far a service's log, relay and subscriptions are, and how its senders stand, as their rows say."""

from typing import Any

from channel_events.log.connect import connect_as
from channel_events.sending import sender_standing
from channel_events.subscription import use_serving
from channel_events.subscription.parking import COUNTED

from channel_operate.cli.target import Target

_HEAD = "select position from log_head"
_RELAY = "select position from relay"
_PROGRESS = f"""
with counted as (
  select named.subscription, named.source, one.partition, count(*) as parked
    from (select distinct subscription, source from progress) as named,
         lateral (select partition from parked_stream s where s.subscription = named.subscription and s.source = named.source
                   order by s.stream limit {COUNTED}) as one
   group by 1, 2, 3
)
select p.subscription, p.source, p.partition, p.position, p.state, coalesce(c.parked, 0) as parked
  from progress p left join counted c using (subscription, source, partition)
 order by p.subscription, p.source, p.partition
"""


async def standing(target: Target) -> list[dict[str, Any]]:
    """A row for the log, the relay, and each partition of each subscription, and each sender: what it gave up is its ``parked``.
    Of a subscription's parked streams the first `COUNTED` are counted."""
    connection = await connect_as(target.dsn, "qudao-operate")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            rows: list[dict[str, Any]] = [
                {"what": "log", "position": await connection.fetchval(_HEAD)},
                {"what": "relay", "position": await connection.fetchval(_RELAY)},
            ]
            for row in await connection.fetch(_PROGRESS):
                found = dict(row)
                rows.append({"what": found.pop("subscription"), **found})
            await use_serving(connection)
            for sender in target.service.senders:
                stands = await sender_standing(connection.fetch, sender)
                rows.append({"what": f"sender {sender.name}", "state": f"{stands.waiting} waiting", "parked": stands.given_up})
        return rows
    finally:
        connection.terminate()
