-- What a caller was answered to a request that carried a key: the same request gets it again, whatever has happened since. A row
-- is written in the transaction of the work it answers for, so that it stands for work that was done, and for none that was not.
create table database.kept_answer (
  caller uuid not null,
  route text not null constraint kept_answer_names_its_route check (route <> ''),
  key text not null constraint kept_answer_key_is_short check (length(key) between 1 and 200),
  body_hash bytea not null constraint kept_answer_hash_is_sha256 check (length(body_hash) = 32),
  answer text not null,
  kept_at timestamptz not null default clock_timestamp(),
  constraint kept_answer_once primary key (caller, route, key)
);
--> statement-breakpoint
comment on column database.kept_answer.kept_at is 'Real time, also in a sandbox: whoever asks again does so in his own time.';
--> statement-breakpoint
create index kept_answer_by_age on database.kept_answer (kept_at);
--> statement-breakpoint
-- Claims a key for this transaction. `busy`: another one has it. `new`: it is ours and unused. `kept`: here is the answer.
-- `other`: it was used for another body. Whoever waits holds no connection meanwhile: nothing here blocks.
create function database.claim_key(
  p_caller uuid, p_route text, p_key text, p_body_hash bytea, out state text, out answer text
)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_hash bytea;
begin
  if not pg_try_advisory_xact_lock(hashtextextended(concat_ws('|', 'idempotency', p_caller, p_route, p_key), 0)) then
    state := 'busy';
    return;
  end if;
  -- a statement of its own: it sees what the claim's last holder committed
  select k.body_hash, k.answer into v_hash, claim_key.answer from database.kept_answer k
    where k.caller = p_caller and k.route = p_route and k.key = p_key;
  if v_hash is null then
    state := 'new';
  elsif v_hash = p_body_hash then
    state := 'kept';
  else
    state := 'other';
    answer := null;
  end if;
end $$;
--> statement-breakpoint
-- Forgets answers older than a day, the oldest first, and says how many.
create function database.forget_answers(p_most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_forgotten integer;
begin
  delete from database.kept_answer k where k.ctid = any (array(
    select o.ctid from database.kept_answer o
      where o.kept_at < clock_timestamp() - interval '24 hours'
      order by o.kept_at limit p_most for update skip locked));
  get diagnostics v_forgotten = row_count;
  return v_forgotten;
end $$;
--> statement-breakpoint
grant select, insert (caller, route, key, body_hash, answer) on database.kept_answer to closebell_application;
--> statement-breakpoint
grant execute on function database.claim_key, database.forget_answers to closebell_application;
