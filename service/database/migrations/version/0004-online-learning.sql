-- What users did with items, and the weights that follow from it.

-- Counts the observations of each model. Whoever writes some holds the row until the commit, so that positions are in
-- the order of the commits.
create table observed_models_{{v}} (
  model text collate "C" primary key,
  last_position bigint not null
);

-- Of each user and item the last score.
create table observations_{{v}} (
  model text collate "C" not null,
  user_id text collate "C" not null,
  item text collate "C" not null,
  -- In place of the item, as a text of any length may be one.
  item_key uuid not null generated always as (md5(item)::uuid) stored,
  score double precision not null,
  position bigint not null,
  primary key (model, user_id, item_key)
);

create index observations_{{v}}_newest on observations_{{v}} (model, position);

-- Whether observations reach the weights of users, and who sees to that: one process per model, by a lease as in
-- leases_{{v}}.
create table online_updates_{{v}} (
  model text collate "C" primary key,
  enabled boolean not null default true,
  fencing bigint not null,
  expires_at timestamptz not null
);

-- Which observations the weights of a revision count: those up to the position. Batches count what was written of
-- weights, in the order of the commits.
create table online_revisions_{{v}} (
  model text collate "C" not null,
  revision integer not null,
  position bigint not null default 0,
  last_batch bigint not null default 0,
  primary key (model, revision),
  foreign key (model, revision) references revisions_{{v}} on delete cascade
);

-- Weights of the users who were observed, as little-endian doubles.
create table user_weights_{{v}} (
  model text collate "C" not null,
  revision integer not null,
  user_id text collate "C" not null,
  weights bytea not null,
  batch bigint not null,
  primary key (model, revision, user_id),
  foreign key (model, revision) references online_revisions_{{v}} on delete cascade
);

create index user_weights_{{v}}_newest on user_weights_{{v}} (model, revision, batch, user_id);
