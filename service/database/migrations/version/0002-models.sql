-- What was trained, what of it serves, who trains now, and which processes serve.

create table models_{{v}} (
  model text primary key,
  -- Counts the revisions and never goes back, so that no number comes again.
  last_revision integer not null default 0,
  active integer,
  -- The revisions that were active before, each once, the latest last: a rollback takes the last.
  active_before integer[] not null default '{}'
);

create table revisions_{{v}} (
  model text not null references models_{{v}},
  revision integer not null,
  created_at timestamptz not null default clock_timestamp(),
  -- How it came to be: train, fit, retrain, import.
  origin text not null,
  -- The file's key in the model store, its size and its SHA-256 in hexadecimal.
  location text not null,
  bytes bigint not null,
  sha256 text not null,
  score_train double precision,
  score_test double precision,
  rolled_back boolean not null default false,
  primary key (model, revision)
);

-- An active revision cannot be deleted.
alter table models_{{v}} add foreign key (model, active) references revisions_{{v}} (model, revision);

-- One training per model: whoever holds the lease trains. The fencing number grows each time the lease changes hands,
-- so that a holder who lost it without noticing can no longer publish.
create table leases_{{v}} (
  model text primary key,
  fencing bigint not null,
  expires_at timestamptz not null
);

create table jobs_{{v}} (
  job_id uuid primary key default gen_random_uuid(),
  position bigint generated always as identity,
  kind text not null check (kind in ('fit', 'train', 'retrain', 'update-model-cache')),
  model text check ((model is null) = (kind = 'update-model-cache')),
  status text not null default 'queued' check (status in ('queued', 'running', 'finished', 'error', 'cancelled')),
  options jsonb,
  -- The lease's number while the job runs.
  fencing bigint,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  kept boolean,
  revision integer,
  activated boolean,
  score_train double precision,
  score_test double precision,
  reason text,
  error text
);

create index jobs_{{v}}_open on jobs_{{v}} (position) where status in ('queued', 'running');
create index jobs_{{v}}_newest on jobs_{{v}} (position);

-- The processes that serve predictions: alive by their heartbeat, and up to date with all that was changed before
-- looked_at.
create table processes_{{v}} (
  process uuid primary key,
  heartbeat_at timestamptz not null,
  looked_at timestamptz
);
