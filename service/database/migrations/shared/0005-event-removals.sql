-- Who follows the events finds the new ones by their numbers.
create index events_seq on events (seq);

create sequence event_removal_seq;

-- What events that are gone or were changed had been about, for an hour.
create table event_removals (
  id bigint primary key default nextval('event_removal_seq'),
  app integer not null,
  channel integer not null,
  -- All null if they were too many to tell: anything in the channel may be another now.
  entity_type text collate "C",
  entity_id text collate "C",
  target_entity_type text collate "C",
  target_entity_id text collate "C",
  removed_at timestamptz not null default clock_timestamp()
);

-- As its owner: whoever may delete events need not be one who may write here.
create function note_event_removals() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if (select count(*) > 1000 from (select from changed limit 1001) as first) then
    insert into event_removals (app, channel) select distinct app, channel from changed;
  else
    insert into event_removals (app, channel, entity_type, entity_id, target_entity_type, target_entity_id)
    select distinct app, channel, entity_type, entity_id, target_entity_type, target_entity_id from changed;
  end if;
  delete from event_removals where id in (
    select id from event_removals where removed_at < clock_timestamp() - interval '1 hour'
    order by id limit 2000 for update skip locked
  );
  return null;
end $$;

create trigger events_deleted after delete on events
  referencing old table as changed for each statement execute function note_event_removals();
create trigger events_updated_from after update on events
  referencing old table as changed for each statement execute function note_event_removals();
create trigger events_updated_to after update on events
  referencing new table as changed for each statement execute function note_event_removals();
