"""What the relay keeps: how far the broker confirmed, and what it last saw in its topic."""

from typing import Any

import msgspec

from channel_events.envelope import COLUMNS
from channel_events.log.restored import told_behind
from channel_events.partition import PARTITIONS

BATCH = 5_000
LOCK = 0x7172656C
"""Whoever holds it is the relay ("qrel"). Advisory locks belong to one database, and each service has its own."""

_LOAD = "select position, cluster_id, remembered from relay"
_END_HOLDER = """
select pg_terminate_backend(pid) from pg_locks
 where locktype = 'advisory' and objid = $1::bigint::oid and granted
   and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()
"""
_SAVE = "update relay set position = $1, cluster_id = $2, remembered = $3::text::jsonb"
_UNSENT = f"""
select {COLUMNS} from event where partition is not null and position > $1 order by position limit {BATCH}
"""
_OLDEST = "select recorded_at from event where partition is not null and position > $1 order by position limit 1"
_TAILS = "select tails from log_head"
_MISSING = """
select t.partition, e.position
  from unnest($1::smallint[], $2::bigint[]) as t (partition, reached),
       lateral (select position from event
                 where event.partition = t.partition and event.position > t.reached order by position limit 1) as e
"""
# `offset 0` keeps it a look-up for each: joined, a batch of ten thousand would be compared with the whole log.
_UNKNOWN = """
select k.place from unnest($1::bigint[], $2::uuid[]) with ordinality as k (position, id, place)
 where not exists (select from event where event.position = k.position and event.id = k.id offset 0)
"""
_HAS = "select count(*) from event join unnest($1::bigint[], $2::uuid[]) as k (position, id) using (position, id)"


class Mark(msgspec.Struct, frozen=True):
    """A record of the topic: where it was and which event it is."""

    offset: int
    position: int
    id: str


class Remembered(msgspec.Struct, frozen=True):
    """Of one partition: its first record, and one up to which it was walked, or confirmed in one piece."""

    first: Mark
    last: Mark
    lost: Mark | None = None
    """A record that the log does not have, the one of the greatest position."""


class RelayState:
    """The row ``relay`` and the events it speaks of, on the connection that holds the relay's lock."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def lock(self, number: int = LOCK) -> bool:
        """Whether this connection is the relay now; until it ends."""
        return bool(await self._connection.fetchval("select pg_try_advisory_lock($1)", number))

    async def end_holder(self) -> None:
        """Ends the session of whoever is the relay: it begins again, from what is written here by then."""
        await self._connection.execute(_END_HOLDER, LOCK)

    async def load(self) -> tuple[int, str | None, dict[int, Remembered]]:
        """The confirmed position, a hint; the broker that confirmed it; what is remembered of each partition."""
        row = await self._connection.fetchrow(_LOAD)
        return row["position"], row["cluster_id"], msgspec.json.decode(row["remembered"], type=dict[int, Remembered])

    async def save(self, position: int, cluster: str, remembered: dict[int, Remembered]) -> None:
        await self._connection.execute(_SAVE, position, cluster, msgspec.json.encode(remembered).decode())

    async def unsent(self, position: int) -> list[Any]:
        """Rows of public events behind ``position``, in order."""
        rows: list[Any] = await self._connection.fetch(_UNSENT, position)
        return rows

    async def oldest_unsent(self, position: int) -> float:
        """When the first public event behind ``position`` was recorded, in seconds since 1970; 0 when there is none."""
        moment = await self._connection.fetchval(_OLDEST, position)
        return 0.0 if moment is None else float(moment.timestamp())

    async def tails(self) -> list[int]:
        """The position of the last public event of each partition."""
        tails = msgspec.json.decode(await self._connection.fetchval(_TAILS), type=list[tuple[int, str]])
        return [position for position, _ in tails]

    async def first_missing(self, reached: list[int], tails: list[int]) -> dict[int, int]:
        """Of each partition that does not reach its tail, the position of the first event behind what it reaches."""
        behind = [partition for partition in range(PARTITIONS) if reached[partition] < tails[partition]]
        rows = await self._connection.fetch(_MISSING, behind, [reached[partition] for partition in behind])
        return {row["partition"]: row["position"] for row in rows}

    async def has(self, marks: list[Mark]) -> bool:
        """Whether the log still has all these events."""
        distinct = {(mark.position, mark.id) for mark in marks}
        found = await self._connection.fetchval(_HAS, [p for p, _ in distinct], [i for _, i in distinct])
        return bool(found == len(distinct))

    async def unknown(self, marks: list[Mark]) -> set[Mark]:
        """Those of these records that the log does not have."""
        rows = await self._connection.fetch(_UNKNOWN, [mark.position for mark in marks], [mark.id for mark in marks])
        return {marks[row["place"] - 1] for row in rows}

    async def told_restored(self, position: int) -> bool:
        """Whether the log has told of a restore behind ``position``."""
        return await told_behind(self._connection, position)

    async def primary(self) -> bool:
        """Whether this is the server that is written to."""
        return not await self._connection.fetchval("select pg_is_in_recovery()")
