"""The SQL of the log, each statement once."""

from channel_events.envelope import COLUMNS

HEAD = "select position, mark, tails from log_head"

LOCK_HEAD = HEAD + " for update"
"""A statement of its own: the reads after it need a snapshot taken after the lock was had, or they miss the very commit
they waited for (test_two_processes_on_one_log)."""

MARK = "select mark from log_head"

_FOLDED = "stream, version, id, type, data, position"
"""What a state is folded from."""

TAIL = f"select {_FOLDED} from event where position >= $1 and position <= $2 order by position limit $3"
# $1 last position folded, whose row shows that the states are still those of this log, $2 position of the head

LOAD = f"""
select e.* from unnest($1::text[], $2::integer[]) as s (stream, version)
 cross join lateral (
   select {_FOLDED} from event where stream = s.stream and version >= s.version and position <= $3 order by version limit $4
 ) as e
 limit $5
"""
# $1 stream ids, $2 the version of each to begin with, $3 position of the states' mark: what came later comes with the tail, never
# twice. $4 most rows of a stream, $5 most of all; a stream's rows come together.

STREAM_ON = f"select {_FOLDED} from event where stream = $1 and version >= $2 order by version limit $3"

KEYS = (
    "select actor, key, body_hash, first_position, count from command_key "
    "where (actor, key) in (select * from unnest($1::text[], $2::text[]))"
)

KEEP = """
insert into command_key (actor, key, body_hash, first_position, count, outcome)
select a, k, ''::bytea, 0, 0, o from unnest($1::text[], $2::text[], $3::text[]) as n (a, k, o) on conflict do nothing
"""

EVENTS = f"select {COLUMNS} from event where position = any($1::bigint[])"

WRITE = """
with head as (
  update log_head
     set position = $3, mark = $4, tails = $5,
         recorded_at = greatest(clock_timestamp(), recorded_at)
   where mark = $1
  returning recorded_at
), keys as (
  insert into command_key (actor, key, body_hash, first_position, count)
  select k.*
    from head,
         json_to_recordset($6) as k (actor text, key text, body_hash bytea, first_position bigint, count integer)
), events as (
  insert into event (position, id, stream, version, type, data, occurred_on, recorded_at, recorded_on,
                     partition, previous_position, previous_id, actor, reason, correlation, causation, trace)
  select e.position, e.id, e.stream, e.version, e.type, e.data, e.occurred_on,
         head.recorded_at, (head.recorded_at at time zone $2)::date,
         e.partition, e.previous_position, e.previous_id, e.actor, e.reason, e.correlation, e.causation, e.trace
    from head,
         json_to_recordset($7) as e (
           position bigint, id uuid, stream text, version integer, type text, data json, occurred_on date,
           partition smallint, previous_position bigint, previous_id uuid,
           actor text, reason text, correlation text, causation text, trace text)
)
select recorded_at, (recorded_at at time zone $2)::date as recorded_on from head
"""
# $1 the mark the batch was decided at, $2 the brand's time zone, $3 new position, $4 new mark (id of the last event, or $1
# when only keys are written), $5 new tails, $6 keys, $7 events. One statement, so one round trip and an implied commit; no row
# means that another process moved the head first and nothing was written. Rows come as JSON, whose parts of type json
# PostgreSQL keeps to the byte: arrays, one for each column, cost the client twice as much and the server no less.

STREAM = f"select {COLUMNS} from event where stream = $3 and version > $1 order by version limit $2"

BEAT = "update log_head set position = position"
# A write of the row that every append has to move: it waits for whoever holds it, and for the disk and the standby as they do.

LAST = "select distinct on (stream) stream, version, id from event where stream = any($1::text[]) order by stream, version desc"

LAST_VERSION = "select max(version) from event where stream = $1"

POSITION = "select position from event where stream = $1 and version = $2"

AFTER = f"select {COLUMNS} from event where position > $1 order by position limit $2"

BY_ID = f"select {COLUMNS} from event where id = $1"

WRITTEN = "select recorded_at, recorded_on from event where id = $1"

END_BACKEND = "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start = $2"

BACKEND_LIVES = "select exists (select from pg_stat_activity where pid = $1 and backend_start = $2)"

FINGERPRINT = """
select fingerprint,
       concat_ws('/', (select system_identifier from pg_control_system()),
                 left(pg_walfile_name(pg_current_wal_lsn()), 8),
                 (select oid from pg_database where datname = current_database()),
                 tableoid::oid) as found
  from log_head
"""
# The server's cluster, its timeline, the database, the table: a dump, a backup, a promotion changes one of them.
# The timeline is that of the file being written, for pg_control_checkpoint() lags a promotion.

KNOWN_FINGERPRINT = "select fingerprint from log_head"

REMEMBER_FINGERPRINT = "update log_head set fingerprint = $1"

MOVE_ON = """
update log_head
   set position = greatest(position + 1000000000, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
returning position, (greatest(clock_timestamp(), recorded_at) at time zone $1)::date as today
"""
# The time makes it unique: after a second restore to the same place, a fixed jump would give positions of the first one again
# (test_a_log_restored_twice_to_the_same_place_gives_no_position_again).

TOLD_BEHIND = "select exists (select from event where stream = any($1::text[]) and position > $2)"

SNAPSHOT = "select version, id, state from snapshot where stream = $1 and decider = $2 and version > $3"

SAVE_SNAPSHOT = """
insert into snapshot (stream, decider, position, id, version, state)
select stream, $4, position, id, version, $5 from event where stream = $1 and version = $2 and id = $3
on conflict (stream) do update
   set decider = excluded.decider, position = excluded.position, id = excluded.id, version = excluded.version, state = excluded.state,
       taken_at = excluded.taken_at
"""
# From the row of its last event: of what is not in the log nothing is kept.
