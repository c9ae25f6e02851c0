-- What takes the place of hyperparameters in the configuration.
create table variants_{{v}} (
  model text primary key,
  parameters json not null,
  promoted_at timestamptz not null default clock_timestamp()
);
