-- How models did in cross-validation.

create table evaluations_{{v}} (
  evaluation bigint generated always as identity primary key,
  model text not null,
  -- evaluate: how good the model's own parameters are; tune: which of several sets is the best.
  kind text not null check (kind in ('evaluate', 'tune')),
  finished_at timestamptz not null default clock_timestamp(),
  folds integer not null,
  -- By which the best set is the best.
  metric text not null,
  -- In the order in which they were to be tried, from 0: {"parameters": {}, "seconds": 1.5} and either the metrics by name,
  -- null where one is not defined, or an error.
  sets json not null,
  -- The place of the best among them; null if all failed.
  best integer
);

create index evaluations_{{v}}_of_model on evaluations_{{v}} (model, evaluation);
