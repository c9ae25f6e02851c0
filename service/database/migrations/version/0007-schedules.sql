-- When models are retrained or reloaded by the clock. Of all instances the one that moves fired_at does it.
create table schedules_{{v}} (
  model text not null,
  action text not null check (action in ('retrain', 'reload')),
  -- As it is configured; with another one the time counts anew.
  expression text not null,
  -- When it was done last, or first known: the next occurrence after that is due.
  fired_at timestamptz not null default clock_timestamp(),
  primary key (model, action)
);
