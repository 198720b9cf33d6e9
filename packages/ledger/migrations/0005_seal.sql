-- Transfers are sealed in blocks within seconds of their commit: each block hashes its transfers, the block before it and how the
-- audit log stood. Posting a transfer costs nothing more for it: a block is a range of ids, and one is sealed when no
-- transaction is left that could still commit an id below its end.
create table ledger.seal (
  stream text not null constraint seal_stream_known check (stream = 'transfer'),
  n bigint not null constraint seal_counts_from_one check (n > 0),
  -- the block holds what lies above the last id of the one before it, up to this
  last_id bigint not null,
  transfers integer not null constraint seal_counts_transfers check (transfers >= 0),
  audit_n bigint not null,
  audit_hash bytea,
  hash bytea not null constraint seal_is_sha256 check (length(hash) = 32),
  sealed_at timestamptz not null default clock_timestamp(),
  primary key (stream, n),
  constraint seal_last_id_once unique (stream, last_id, audit_n)
);
--> statement-breakpoint
create trigger append_only before update or delete on ledger.seal
  for each row execute function ledger.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on ledger.seal
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
-- How far the sealer has looked: ids up to here are sealed, or were given and never committed.
create table ledger.seal_progress (
  stream text primary key,
  through bigint not null,
  at timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
insert into ledger.seal_progress (stream, through) values ('transfer', 0);
--> statement-breakpoint
-- Ranges of ids are read by pages: transfers are written in the order of their ids, so a summary of each range of pages will do. It costs a
-- posted transfer nothing that can be measured; autovacuum's workers write the summaries.
create index transfer_by_id on ledger.transfer using brin (id) with (pages_per_range = 32, autosummarize = on);
--> statement-breakpoint
-- The last id that was given, and the transactions that may still commit one up to it: all that hold the lock which every
-- insert takes before it gets its ids. Read in this order, so that no id is missed.
create function ledger.seal_horizon(out last_id bigint, out writers text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  select case when s.is_called then s.last_value else 0 end into last_id from ledger.transfer_id s;
  writers := ledger.transfer_writers();
end $$;
--> statement-breakpoint
create function ledger.transfer_writers() returns text[]
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct l.virtualtransaction), '{}')
  from pg_locks l
  where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.relation in (
      select 'ledger.transfer'::regclass union all
      select i.inhrelid from pg_inherits i where i.inhparent = 'ledger.transfer'::regclass);
$$;
--> statement-breakpoint
-- What a block hashes: the hash of the block before, a line of text (number, ids, count, how the audit log stood), then each
-- transfer by id, its fields as PostgreSQL sends them in binary: 94 bytes each, in a third of the time that text takes.
create function ledger.seal_hash(
  p_previous bytea, p_n bigint, p_above bigint, p_last bigint, p_audit_n bigint, p_audit_hash bytea,
  out hash bytea, out transfers integer
)
language sql stable
-- by the index of id ranges, whatever the statistics of a partition say
set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
  select sha256(coalesce(p_previous, ''::bytea) || convert_to(concat_ws('|', 'transfer', p_n, p_above, p_last, count(*), p_audit_n,
      encode(coalesce(p_audit_hash, ''::bytea), 'hex')) || e'\n', 'UTF8') || coalesce(string_agg(
      int8send(x.id) || int4send(x.period) || int2send(x.kind) || uuid_send(x.ref) || int8send(x.debit) || int8send(x.credit)
      || int8send(x.amount) || uuid_send(x.actor) || uuid_send(x.request) || timestamptz_send(x.posted_at), ''::bytea order by x.id),
      ''::bytea)),
    count(*)::integer
  from ledger.transfer x where x.id > p_above and x.id <= p_last;
$$;
--> statement-breakpoint
-- Seals the next block of ids up to p_through, which the caller has seen no transaction left below. One sealer at a time: another's
-- call does nothing. Tells how far everything is sealed, and how many seconds ago that was reached.
create function ledger.seal_next(p_through bigint, p_size integer, out busy boolean, out through bigint, out transfers integer,
  out idle double precision)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_head ledger.seal;
  v_audit_n bigint;
  v_audit_hash bytea;
  v_hash bytea;
  v_last bigint;
begin
  transfers := 0;
  busy := not pg_try_advisory_xact_lock(hashtextextended('ledger.seal', 0));
  select p.through, extract(epoch from clock_timestamp() - p.at)::double precision into through, idle
    from ledger.seal_progress p where p.stream = 'transfer';
  if busy then return; end if;
  select * into v_head from ledger.seal s where s.stream = 'transfer' order by s.n desc limit 1;
  select c.n, c.hash into v_audit_n, v_audit_hash from database.audit_chain c order by c.n desc limit 1;
  v_audit_n := coalesce(v_audit_n, 0);
  if p_through <= through and v_audit_n <= coalesce(v_head.audit_n, 0) then return; end if;
  if p_through > (select s.last_value from ledger.transfer_id s) or p_size not between 1 and 10000 then
    raise exception 'a block ends at an id that was given, and holds 10,000 at most' using errcode = 'invalid_parameter_value';
  end if;
  v_last := greatest(through, least(p_through, through + p_size));
  select h.hash, h.transfers into v_hash, transfers from ledger.seal_hash(
    v_head.hash, coalesce(v_head.n, 0) + 1, coalesce(v_head.last_id, 0), v_last, v_audit_n, v_audit_hash) h;
  if transfers > 0 or v_audit_n > coalesce(v_head.audit_n, 0) then
    insert into ledger.seal (stream, n, last_id, transfers, audit_n, audit_hash, hash)
      values ('transfer', coalesce(v_head.n, 0) + 1, v_last, transfers, v_audit_n, v_audit_hash, v_hash);
  end if;
  update ledger.seal_progress p set through = v_last, at = clock_timestamp() where p.stream = 'transfer';
  through := v_last;
  idle := 0;
end $$;
--> statement-breakpoint
-- What is wrong with the sealed blocks numbered above p_above, up to p_last.
create function ledger.verify_seals(p_above bigint, p_last bigint) returns table (n bigint, finding text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with block as (
    select s.*, lag(s.n) over w as n_before, lag(s.hash) over w as previous, lag(s.last_id) over w as above
    from ledger.seal s where s.stream = 'transfer' and s.n >= p_above and s.n <= p_last
    window w as (order by s.n)
  ), seen as (
    select b.*, h.hash as now_hash, h.transfers as now_transfers, c.hash as audit_now
    from block b
    cross join lateral ledger.seal_hash(b.previous, b.n, coalesce(b.above, 0), b.last_id, b.audit_n, b.audit_hash) h
    left join database.audit_chain c on c.n = b.audit_n
    where b.n > p_above
  )
  select s.n, 'blocks removed before it' from seen s where s.n <> coalesce(s.n_before, 0) + 1
  union all
  select s.n, case when s.now_hash = s.hash then 'edited' when s.now_transfers < s.transfers then 'transfers removed'
    when s.now_transfers > s.transfers then 'transfers slipped in' else 'edited' end
  from seen s where s.n = coalesce(s.n_before, 0) + 1 and (s.now_hash, s.now_transfers) <> (s.hash, s.transfers)
  union all
  select s.n, 'the audit log had another link ' || s.audit_n from seen s
  where s.audit_n > 0 and s.audit_now is distinct from s.audit_hash
  order by 1, 2;
$$;
--> statement-breakpoint
revoke all on function ledger.seal_horizon, ledger.transfer_writers, ledger.seal_hash, ledger.seal_next, ledger.verify_seals from public;
--> statement-breakpoint
grant execute on function ledger.seal_horizon, ledger.transfer_writers, ledger.seal_hash, ledger.seal_next, ledger.verify_seals
  to closebell_application;
--> statement-breakpoint
grant execute on function ledger.seal_hash, ledger.verify_seals to closebell_readonly;
--> statement-breakpoint
grant select on ledger.seal, ledger.seal_progress to closebell_application, closebell_readonly;
--> statement-breakpoint
-- How far the sealer is behind is a question of the runbooks.
grant select on sequence ledger.transfer_id to closebell_readonly;
