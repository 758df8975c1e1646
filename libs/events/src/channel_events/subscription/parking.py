"""Streams that wait: a failing event parks its stream, whose later events wait behind it in order; all others flow."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import structlog

from channel_events import telemetry
from channel_events.envelope import read
from channel_events.pure import Recorded, Registry
from channel_events.told import told

_log = structlog.get_logger("channel_events.subscription")

Fetch = Callable[..., Awaitable[Any]]

COUNTED = 10_000
"""Parked events are counted up to so many: looking after a million costs no more (test_parking_bounds.py)."""
NAMES = 1_000
"""Of what streams wait for, so many are asked after at a time, one part after another."""
TRIED = 100
"""Streams tried again at a time; events flow in between."""
LISTED = 10_000
SHOWN_BYTES = 16_000_000
"""Of a parked stream's events shown at once."""


class Failure(msgspec.Struct, frozen=True):
    """Why an event could not be applied; ``waits_for`` names what is missing, when that is known.

    ``reason`` is for those who may see the event; ``told`` is what of it a log may say.
    """

    reason: str
    waits_for: str | None = None
    told: str = ""

    def log(self, subscription: str, partition: int, event: Recorded) -> None:
        """Says and counts that the event's stream is parked from now on: an error, unless what it waits for will bring it on by itself."""
        telemetry.EVENTS.labels(subscription, "parked").inc()
        say = _log.error if self.waits_for is None else _log.info
        say(
            "stream_parked", subscription=subscription, partition=partition, reason=self.told, correlation=event.correlation,
            event_id=event.id, type=event.type, stream=event.stream, position=event.position,
        )  # fmt: skip

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        return cls(f"{type(error).__name__}: {error}"[:2000], told=told(error))


class Parked(msgspec.Struct, frozen=True):
    """A stream that waits in one subscription: since when and why, how often it was tried, how many events it holds."""

    subscription: str
    source: str
    stream: str
    partition: int
    reason: str
    waits_for: str | None
    attempts: int
    since: datetime
    tried_at: datetime
    events: int


class ParkedEvent(msgspec.Struct, frozen=True):
    """A parked event as it came; ``data`` is as stored, byte for byte."""

    position: int
    stream: str
    envelope: dict[str, Any]
    data: bytes


_STREAMS = """
select s.subscription, s.source, s.stream, s.partition, s.reason, s.waits_for, s.attempts, s.since, s.tried_at,
       (select count(*) from parked_event e
         where e.subscription = s.subscription and e.source = s.source and e.stream = s.stream) as events
  from parked_stream s
 where ($1::text is null or s.subscription = $1) and ($2::text is null or s.stream = $2)
   and ($3::timestamptz is null or (s.since, s.subscription, s.source, s.stream) > ($3, $4, $5, $6))
 order by s.since, s.subscription, s.source, s.stream limit $7
"""
_EVENTS = """
select position, stream, envelope::text as envelope, data
  from (select *, sum(octet_length(data)) over (order by position) - octet_length(data) as before
          from parked_event where subscription = $1 and source = $2 and stream = $3 order by position limit $4) as first
 where before < $5 order by position
"""
_PARK_STREAMS = """
insert into parked_stream (subscription, source, stream, partition, reason, waits_for)
select $1, $2, * from unnest($3::text[], $4::smallint[], $5::text[], $6::text[]) on conflict do nothing
"""
_PARK_EVENTS = """
insert into parked_event (subscription, source, position, stream, envelope, data)
select $1, $2, p, s, e::jsonb, d from unnest($3::bigint[], $4::text[], $5::text[], $6::bytea[]) as n (p, s, e, d)
"""
_FORGET_EVENTS = "delete from parked_event where subscription = $1 and source = $2 and position = any($3::bigint[])"
_FORGET_STREAM = """
delete from parked_stream s where s.subscription = $1 and s.source = $2 and s.stream = $3
   and not exists (select from parked_event e where e.subscription = $1 and e.source = $2 and e.stream = $3)
returning stream
"""
_FAILED_AGAIN = """
update parked_stream
   set reason = $4, waits_for = $5, attempts = attempts + 1, tried_at = now(),
       due_at = now() + least(power(2, least(attempts, 20)), 600) * interval '1 second'
 where subscription = $1 and source = $2 and stream = $3
"""
# Told to be there and yet refused again: the pauses grow, so that a wrong `arrived` is no endless loop.
_WAITING = f"""
with recursive waiting (name) as (
  (select waits_for from parked_stream
    where subscription = $1 and source = $2 and waits_for > $3 order by waits_for limit 1)
  union all
  select (select waits_for from parked_stream
           where subscription = $1 and source = $2 and waits_for > waiting.name order by waits_for limit 1)
    from waiting where waiting.name is not null
)
select name from waiting where name is not null limit {NAMES}
"""
# From name to name by the index: `distinct` would read every stream that waits, and a million may wait for one thing.
_DUE = f"""
select one.stream, one.partition
  from unnest($3::text[]) as arrived (name),
       lateral (select stream, partition, due_at from parked_stream
                 where subscription = $1 and source = $2 and waits_for = arrived.name and due_at <= now()
                   and partition = any($4::smallint[])
                 order by due_at limit {TRIED}) as one
 order by one.due_at, one.stream limit {TRIED}
"""
_COUNT = f"""
select (select count(*) from (select from parked_event where subscription = $1 and source = $2 limit {COUNTED}) as counted) as events,
       (select min(since) from parked_stream where subscription = $1 and source = $2) as oldest
"""

_DATES = {"recorded_at": datetime, "recorded_on": date, "occurred_on": date}


class Parking:
    """The parked streams of one subscription and source.

    Whoever changes them has moved the progress row of their partition in the same transaction, so nobody who holds that
    row sees them change (test_a_redrive_and_the_subscription_do_not_pass_each_other).
    """

    def __init__(self, subscription: str, source: str) -> None:
        self._names = (subscription, source)
        self._asked = ""
        self.grew = False
        """Whether anything was parked through here."""

    async def park(self, connection: Any, streams: Iterable[tuple[str, int, Failure]], events: Sequence[Recorded]) -> None:
        """Parks streams (with partition and reason), and events of streams that are parked, now or before."""
        fresh = list(streams)
        self.grew = self.grew or bool(fresh)
        if fresh:
            columns = [[s for s, _, _ in fresh], [p for _, p, _ in fresh], [_text(f.reason) for _, _, f in fresh]]
            await connection.execute(_PARK_STREAMS, *self._names, *columns, [f.waits_for for _, _, f in fresh])
        if events:
            positions, names = [event.position for event in events], [event.stream for event in events]
            await connection.execute(
                _PARK_EVENTS, *self._names, positions, names, [_envelope(event) for event in events], [event.raw for event in events]
            )

    async def events(self, connection: Any, stream: str, registry: Registry, limit: int, most_bytes: int) -> list[Recorded]:
        """The first parked events of a stream, in order, read with today's classes: at most ``limit``, with ``most_bytes`` of data and
        one event more."""
        rows = await connection.fetch(_EVENTS, *self._names, stream, limit, most_bytes)
        return [_recorded(row, registry) for row in rows]

    async def forget(self, connection: Any, stream: str, events: Sequence[Recorded]) -> bool:
        """These are done; whether the stream flows again, because none is left."""
        await connection.execute(_FORGET_EVENTS, *self._names, [event.position for event in events])
        return await connection.fetchval(_FORGET_STREAM, *self._names, stream) is not None

    async def failed_again(self, connection: Any, stream: str, failure: Failure) -> None:
        await connection.execute(_FAILED_AGAIN, *self._names, stream, _text(failure.reason), failure.waits_for)

    async def waiting(self, connection: Any) -> list[str]:
        """What parked streams wait for, in parts of `NAMES`: the next part at each call, and from the first one on again."""
        names = [row["name"] for row in await connection.fetch(_WAITING, *self._names, self._asked)]
        self._asked = names[-1] if len(names) == NAMES else ""
        return names

    async def due(self, connection: Any, arrived: Iterable[str], partitions: Sequence[int]) -> list[tuple[str, int]]:
        """Streams of these partitions, with theirs, that wait for one of these and are to be tried now; at most `TRIED`."""
        rows = await connection.fetch(_DUE, *self._names, list(arrived), partitions)
        return [(row["stream"], row["partition"]) for row in rows]

    async def count(self, connection: Any) -> tuple[int, float]:
        """How many events are parked, `COUNTED` at most, and since when the oldest stream is, in seconds since 1970; 0 when
        none is."""
        row = await connection.fetchrow(_COUNT, *self._names)
        return row["events"], 0.0 if row["oldest"] is None else row["oldest"].timestamp()


async def parked(
    fetch: Fetch, *, subscription: str | None = None, stream: str | None = None, after: Parked | None = None, limit: int = LISTED
) -> list[Parked]:
    """What is parked in a service's database, the oldest first, ``limit`` streams at most; the next ones are those ``after``
    the last. ``fetch`` is that of an asyncpg pool or connection."""
    place = (None,) * 4 if after is None else (after.since, after.subscription, after.source, after.stream)
    return [Parked(**row) for row in await fetch(_STREAMS, subscription, stream, *place, limit)]


async def parked_events(fetch: Fetch, one: Parked, *, limit: int = 100) -> list[ParkedEvent]:
    """The first events of a parked stream, in order: at most ``limit``, with `SHOWN_BYTES` of data."""
    rows = await fetch(_EVENTS, one.subscription, one.source, one.stream, limit, SHOWN_BYTES)
    return [ParkedEvent(row["position"], row["stream"], msgspec.json.decode(row["envelope"]), row["data"]) for row in rows]


def _envelope(event: Recorded) -> str:
    left_out = ("data", "raw")
    facts = {name: getattr(event, name) for name in event.__struct_fields__ if name not in left_out}
    return msgspec.json.encode(facts).decode()


def _recorded(row: Any, registry: Registry) -> Recorded:
    facts = msgspec.json.decode(row["envelope"])
    typed = {name: msgspec.convert(facts[name], type_ | None) for name, type_ in _DATES.items()}
    data = read(registry.decode, facts["type"], row["data"])
    return Recorded(**{**facts, **typed}, data=data, raw=row["data"])


def _text(reason: str) -> str:
    return reason.replace("\0", "").encode(errors="replace").decode()
