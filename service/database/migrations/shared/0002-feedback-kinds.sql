-- Whether the outcomes of a name are numbers or booleans, as the first one that was stored said.
create table feedback_kinds (
  name text primary key,
  kind text not null check (kind in ('number', 'boolean'))
);
