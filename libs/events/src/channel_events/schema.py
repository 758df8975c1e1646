"""The tables of a service's log and subscriptions, as SQL of the library's first migration.

`TABLES` is all of it, in order. Run by the owning role; `GRANTS` then gives the service's own role what it
needs and no more: it appends to ``event``, it never owns it, so no bug in a service can rewrite history (guarded by
``test_log_schema.py``).
"""

from channel_events.partition import PARTITIONS

LOG = f"""
create table log_head (
  one         boolean primary key default true check (one),
  position    bigint not null,
  mark        uuid not null,
  recorded_at timestamptz not null,
  tails       json not null check (json_array_length(tails) = {PARTITIONS}),
  fingerprint text
);
insert into log_head values
  (true, 0, gen_random_uuid(), '-infinity',
   (select json_agg(json_build_array(0, '00000000-0000-0000-0000-000000000000')) from generate_series(1, {PARTITIONS})), null);

create table event (
  position          bigint primary key,
  id                uuid not null unique,
  stream            text collate "C" not null,
  version           integer not null,
  type              text not null,
  data              json not null,
  occurred_on       date,
  recorded_at       timestamptz not null,
  recorded_on       date not null,
  partition         smallint,
  previous_position bigint,
  previous_id       uuid,
  actor             text not null,
  reason            text,
  correlation       text,
  causation         text,
  trace             text,
  unique (stream, version)
);
create index event_public on event (position) where partition is not null;

create function event_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the event log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger event_no_change before update or delete on event for each row execute function event_is_append_only();
create trigger event_no_truncate before truncate on event for each statement execute function event_is_append_only();

create table command_key (
  actor          text not null,
  key            text not null,
  body_hash      bytea not null,
  first_position bigint not null,
  count          integer not null,
  primary key (actor, key)
);

create table snapshot (
  stream   text collate "C" primary key,
  decider  text not null,
  position bigint not null,
  id       uuid not null,
  version  integer not null,
  state    json not null,
  taken_at timestamptz not null default now()
);
"""

SUBSCRIPTIONS = """
create table relay (
  one        boolean primary key default true check (one),
  position   bigint not null default 0,
  cluster_id text,
  remembered jsonb not null default '{}'
);
insert into relay default values;

create table progress (
  subscription      text not null,
  source            text not null,
  partition         smallint not null,
  revision          bigint not null default 0,
  position          bigint not null default 0,
  id                uuid not null default '00000000-0000-0000-0000-000000000000',
  topic_offset      bigint,
  state             text not null default 'running' check (state in ('running', 'forked', 'incomplete')),
  stepping_attempts integer not null default 0,
  primary key (subscription, source, partition)
);
"""

PARKING = """
alter table progress add column effects_from timestamptz not null default now();
alter table command_key add column outcome text;

create table parked_stream (
  subscription text not null,
  source       text not null,
  stream       text not null,
  partition    smallint not null,
  reason       text not null,
  waits_for    text,
  attempts     integer not null default 1,
  since        timestamptz not null default now(),
  tried_at     timestamptz not null default now(),
  due_at       timestamptz not null default now(),
  primary key (subscription, source, stream)
);
create index parked_stream_since on parked_stream (subscription, source, since);
create index parked_stream_due on parked_stream (subscription, source, waits_for, due_at) where waits_for is not null;

create table parked_event (
  subscription text not null,
  source       text not null,
  position     bigint not null,
  stream       text not null,
  envelope     jsonb not null,
  data         bytea not null,
  primary key (subscription, source, position)
);
create index parked_event_stream on parked_event (subscription, source, stream, position);

create table serving (
  subscription text primary key,
  build        integer not null,
  since        timestamptz not null default now()
);
"""
"""What came second: streams that wait, reactions, and which build of a view is read. The reason of a key without events
is its ``outcome``; ``effects_from`` is when a reaction was created: what was recorded before has no effects."""

TABLES = LOG + SUBSCRIPTIONS + PARKING

GRANTS = """
grant select, update on log_head to "{role}";
grant select, insert on event, command_key to "{role}";
grant select, insert, update on snapshot to "{role}";
grant select, update on relay to "{role}";
grant select, insert, update on progress to "{role}";
grant select, insert, update, delete on parked_stream, parked_event to "{role}";
grant select on serving to "{role}";
"""
"""Format with the name of the service's role."""
