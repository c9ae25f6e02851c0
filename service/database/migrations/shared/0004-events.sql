-- The order of arrival over all apps.
create sequence event_seq;

-- No foreign keys: who stores events locks the rows of app and channel first, once for many events.
create table events (
  app integer not null,
  -- 0 is the default channel.
  channel integer not null default 0,
  event_id text collate "C" not null,
  event text collate "C" not null,
  entity_type text collate "C" not null,
  entity_id text collate "C" not null,
  target_entity_type text collate "C",
  target_entity_id text collate "C",
  -- Text that is checked: jsonb alters numbers and refuses U+0000.
  properties json not null,
  event_time timestamptz not null,
  -- What the client's clock was ahead of UTC by.
  event_offset_minutes smallint not null,
  pr_id text collate "C",
  created_at timestamptz not null,
  seq bigint not null default nextval('event_seq'),
  primary key (app, channel, event_id)
);

create index events_time on events (app, channel, event_time, seq);
create index events_event on events (app, channel, event, event_time, seq);
create index events_entity on events (app, channel, entity_type, entity_id, event_time, seq);
create index events_target on events (app, channel, target_entity_type, target_entity_id, event_time, seq)
  where target_entity_type is not null;

-- Events stored over HTTP by hour. Each server process counts in rows of its own and waits for no other.
create table event_stats (
  app integer not null references apps on delete cascade,
  hour timestamptz not null,
  instance uuid not null,
  entity_type text collate "C" not null,
  -- Empty for events without a target.
  target_entity_type text collate "C" not null,
  event text collate "C" not null,
  count bigint not null,
  primary key (app, hour, instance, entity_type, target_entity_type, event)
) with (fillfactor = 50);
