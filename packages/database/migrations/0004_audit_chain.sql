-- Each row of the audit log gets a link that hashes it together with the link before: who edits, removes or slips in a row breaks the
-- chain. Links are made at the commit, one transaction after the other, so nothing waits before.
create table database.audit_chain (
  n bigint primary key constraint audit_chain_counts_from_one check (n > 0),
  audit_id bigint not null constraint audit_chain_once unique references database.audit,
  hash bytea not null constraint audit_chain_is_sha256 check (length(hash) = 32)
);
--> statement-breakpoint
create trigger audit_append_only before update or delete on database.audit_chain
  for each row execute function database.refuse_audit_change();
--> statement-breakpoint
create trigger audit_never_truncated before truncate on database.audit_chain
  for each statement execute function database.refuse_audit_change();
--> statement-breakpoint
-- A row as it is hashed: the JSON of its fields as jsonb prints it, its time in UTC to the microsecond.
create function database.audit_text(p_row database.audit) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object(
    'id', p_row.id, 'at', to_char(p_row.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', p_row.actor, 'actorName', p_row.actor_name, 'action', p_row.action, 'subject', p_row.subject,
    'reason', p_row.reason, 'requestId', p_row.request_id, 'before', p_row.before, 'after', p_row.after)::text;
$$;
--> statement-breakpoint
-- The hash of a link: of the one before it (nothing before the first), then of the row.
create function database.audit_link(p_previous bytea, p_row database.audit) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(database.audit_text(p_row), 'UTF8'));
$$;
--> statement-breakpoint
create function database.chain_audit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_head database.audit_chain;
begin
  -- held until the commit can be seen: whoever gets it next reads this link
  perform pg_advisory_xact_lock(hashtextextended('database.audit_chain', 0));
  select * into v_head from database.audit_chain c order by c.n desc limit 1;
  insert into database.audit_chain (n, audit_id, hash)
    values (coalesce(v_head.n, 0) + 1, new.id, database.audit_link(v_head.hash, new));
  return null;
end $$;
--> statement-breakpoint
do $$
declare
  v_row database.audit;
  v_n bigint := 0;
  v_hash bytea;
begin
  for v_row in select * from database.audit order by id loop
    v_n := v_n + 1;
    v_hash := database.audit_link(v_hash, v_row);
    insert into database.audit_chain (n, audit_id, hash) values (v_n, v_row.id, v_hash);
  end loop;
end $$;
--> statement-breakpoint
create constraint trigger chain_at_commit after insert on database.audit
  deferrable initially deferred for each row execute function database.chain_audit();
--> statement-breakpoint
-- What is wrong with the log, in the order of the chain: nothing where it is as it was written.
create function database.verify_audit() returns table (n bigint, audit_id bigint, finding text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with chain as (
    select c.n, c.audit_id, c.hash, lag(c.hash) over w as previous, lag(c.n) over w as n_before
    from database.audit_chain c window w as (order by c.n)
  )
  select c.n, c.audit_id,
    case when a.id is null then 'removed'
      when c.n <> coalesce(c.n_before, 0) + 1 then 'links removed before it'
      else 'edited' end
  from chain c left join database.audit a on a.id = c.audit_id
  where a.id is null or c.n <> coalesce(c.n_before, 0) + 1 or c.hash <> database.audit_link(c.previous, a)
  union all
  select null, a.id, 'slipped in' from database.audit a
  where not exists (select from database.audit_chain c where c.audit_id = a.id)
  order by 1 nulls last, 2;
$$;
--> statement-breakpoint
grant select on database.audit_chain to closebell_application;
--> statement-breakpoint
grant execute on function database.audit_text(database.audit), database.audit_link(bytea, database.audit), database.verify_audit()
  to closebell_application, closebell_readonly;
