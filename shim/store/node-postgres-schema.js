/**
 * The tables of the store in PostgreSQL, version by version. What has been
 * released is never changed: a change is a new entry.
 *
 *   cutaway_records  what dialects keep; the record as JSON text, since jsonb
 *                    takes no U+0000, and beside it what is searched by. A record
 *                    that has a lane waits or is worked on.
 *   cutaway_lanes    whose turn was when
 *   cutaway_blobs    of each key, the large object or the object of S3; `pending.…` while it
 *                    comes in, `gone.…` until its object of S3 is taken away
 *
 * @module shim/store/node-postgres-schema
 */
export const MIGRATIONS = [
  `
create table cutaway_records (
  collection text not null,
  id text not null,
  scope text not null default '',
  created bigint not null,
  stamped boolean not null default false,
  status text,
  expires bigint,
  owner text,
  lane text,
  attempts integer not null default 0,
  running boolean not null default false,
  cancelled boolean not null default false,
  seen timestamptz,
  version bigint not null default 0,
  record text not null,
  primary key (collection, id)
);
create index cutaway_records_time on cutaway_records (collection, created);
create index cutaway_records_scope on cutaway_records (collection, scope, created);
create unique index cutaway_records_stamp on cutaway_records (collection, scope, created) where stamped;
create index cutaway_records_end on cutaway_records (collection, expires) where expires is not null;
create index cutaway_records_line on cutaway_records (lane, created) where lane is not null;
create index cutaway_records_busy on cutaway_records (lane) where running;

create table cutaway_lanes (lane text primary key, turn bigint not null);
create sequence cutaway_turns;

create table cutaway_blobs (
  key text primary key,
  content oid not null,
  size bigint not null,
  type text not null,
  written timestamptz not null default now()
);

-- A new record, later than every other of its collection and scope. The id must be free.
create function cutaway_create(
  p_collection text, p_id text, p_scope text, p_created bigint, p_status text, p_expires bigint,
  p_owner text, p_lane text, p_attempts integer, p_record text
) returns bigint language plpgsql as $$
declare
  at bigint;
  broken text;
begin
  loop
    select greatest(p_created, max(created) + 1) into at
      from cutaway_records where collection = p_collection and scope = p_scope;
    begin
      insert into cutaway_records
          (collection, id, scope, created, stamped, status, expires, owner, lane, attempts, record)
        values (p_collection, p_id, p_scope, at, true, p_status, p_expires, p_owner, p_lane, p_attempts, p_record);
      return at;
    exception when unique_violation then
      get stacked diagnostics broken = constraint_name;
      if broken <> 'cutaway_records_stamp' then
        raise exception 'the id is taken' using errcode = 'CT001';
      end if;
    end;
  end loop;
end $$;

-- The next job of the lane that has the fewest under way, then of the one whose turn was longest ago.
create function cutaway_claim(p_owner text, p_collections text[], p_dead interval)
returns setof cutaway_records language plpgsql as $$
declare
  next_lane text;
  job cutaway_records;
begin
  for next_lane in
    with recursive lanes as (
      (select lane from cutaway_records where lane is not null order by lane limit 1)
      union all
      select (select r.lane from cutaway_records r where r.lane > l.lane order by r.lane limit 1)
        from lanes l where l.lane is not null
    )
    select l.lane from lanes l left join cutaway_lanes t on t.lane = l.lane
      where l.lane is not null
      order by (select count(*) from cutaway_records b where b.lane = l.lane and b.running and b.seen > now() - p_dead),
        coalesce(t.turn, 0)
  loop
    select * into job from cutaway_records r
      where r.lane = next_lane and r.collection = any(p_collections)
        and (not r.running or r.seen <= now() - p_dead)
      order by r.created limit 1 for update skip locked;
    if found then
      insert into cutaway_lanes values (next_lane, nextval('cutaway_turns'))
        on conflict (lane) do update set turn = excluded.turn;
      return query update cutaway_records r
        set owner = p_owner, running = true, attempts = r.attempts + 1, seen = now(), version = r.version + 1
        where r.collection = job.collection and r.id = job.id returning r.*;
      return;
    end if;
  end loop;
end $$;

-- A blob that has come in whole takes its place; what was there goes.
create function cutaway_keep(p_pending text, p_key text, p_size bigint, p_type text) returns void
language plpgsql as $$
begin
  perform lo_unlink(content) from cutaway_blobs where key = p_key;
  delete from cutaway_blobs where key = p_key;
  update cutaway_blobs set key = p_key, size = p_size, type = p_type, written = now() where key = p_pending;
end $$;
`,
  `
alter table cutaway_blobs alter column content drop not null;
alter table cutaway_blobs add column object text;
create unique index cutaway_blobs_object on cutaway_blobs (object) where object is not null;
create index cutaway_blobs_gone on cutaway_blobs (written) where key like 'gone.%';
drop function cutaway_keep(text, text, bigint, text);

-- A blob begins to come in. Sent again, it is the one that is there.
create function cutaway_begin(p_pending text, p_bytes bytea, p_object text) returns oid language plpgsql as $$
declare
  begun oid;
begin
  select content into begun from cutaway_blobs where key = p_pending;
  if not found then
    begun := case when p_object is null then lo_from_bytea(0, p_bytes) end;
    insert into cutaway_blobs (key, content, object, size, type) values (p_pending, begun, p_object, 0, '');
  end if;
  return begun;
end $$;

-- A blob goes: a large object at once, one of S3 when the caller has taken it away.
create function cutaway_drop(p_key text) returns table (object text, size bigint) language plpgsql as $$
declare
  one oid;
begin
  for one in delete from cutaway_blobs b where b.key = p_key and b.content is not null returning b.content loop
    perform lo_unlink(one);
  end loop;
  return query update cutaway_blobs b set key = 'gone.' || b.object, written = now()
    where b.key = p_key and b.object is not null returning b.object, b.size;
end $$;

-- A blob that has come in whole takes its place; what was there goes. One key at a time, and the same when sent again.
create function cutaway_keep(
  p_pending text, p_key text, p_size bigint, p_type text, p_content oid, p_object text
) returns table (object text, size bigint) language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(p_key, 7226401118));
  if not exists (select 1 from cutaway_blobs b where b.key = p_pending) then
    if exists (select 1 from cutaway_blobs b where b.key = p_key
        and b.content is not distinct from p_content and b.object is not distinct from p_object) then
      return;
    end if;
    raise exception 'the blob was cleared away while it came in' using errcode = 'CT002';
  end if;
  return query select d.object, d.size from cutaway_drop(p_key) d;
  update cutaway_blobs b set key = p_key, size = p_size, type = p_type, written = now() where b.key = p_pending;
end $$;
`,
  `
-- As before; who is busy is counted once, not once for each lane: anybody may make lanes.
create or replace function cutaway_claim(p_owner text, p_collections text[], p_dead interval)
returns setof cutaway_records language plpgsql as $$
declare
  next_lane text;
  job cutaway_records;
begin
  for next_lane in
    with recursive lanes as (
      (select lane from cutaway_records where lane is not null order by lane limit 1)
      union all
      select (select r.lane from cutaway_records r where r.lane > l.lane order by r.lane limit 1)
        from lanes l where l.lane is not null
    ), busy as materialized (
      select b.lane, count(*) as jobs from cutaway_records b where b.running and b.seen > now() - p_dead group by b.lane
    )
    select l.lane from lanes l left join cutaway_lanes t on t.lane = l.lane left join busy b on b.lane = l.lane
      where l.lane is not null
      order by coalesce(b.jobs, 0), coalesce(t.turn, 0)
  loop
    select * into job from cutaway_records r
      where r.lane = next_lane and r.collection = any(p_collections)
        and (not r.running or r.seen <= now() - p_dead)
      order by r.created limit 1 for update skip locked;
    if found then
      insert into cutaway_lanes values (next_lane, nextval('cutaway_turns'))
        on conflict (lane) do update set turn = excluded.turn;
      return query update cutaway_records r
        set owner = p_owner, running = true, attempts = r.attempts + 1, seen = now(), version = r.version + 1
        where r.collection = job.collection and r.id = job.id returning r.*;
      return;
    end if;
  end loop;
end $$;
`,
];
