-- What turned out about a prediction, reported later. It may arrive before the prediction's own row does, so no
-- foreign key ties the two.
create table feedback (
  prediction_id uuid not null,
  sample integer not null default 0,
  name text not null default 'outcome',
  outcome jsonb not null,
  reported_at timestamptz not null default now(),
  primary key (prediction_id, sample, name)
);
