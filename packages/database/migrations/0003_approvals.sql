-- What takes two people: one asked for it, somebody else approved exactly this, and it was done once. The application reads the
-- table and calls its functions; it can't write a decision of its own making.
create table database.approval (
  id uuid primary key,
  action text not null constraint approval_action_is_named check (action <> ''),
  subject text not null constraint approval_subject_is_named check (subject <> ''),
  content jsonb not null,
  content_hash bytea not null,
  requested_by uuid not null,
  requested_by_name text not null,
  reason text not null constraint approval_says_why check (reason <> ''),
  request_id uuid not null,
  requested_at timestamptz not null default clock.now(),
  expires_at timestamptz not null default clock.now() + interval '24 hours',
  decision text constraint approval_decision_known check (decision in ('approve', 'reject')),
  decided_by uuid constraint approval_takes_two check (decided_by <> requested_by),
  decided_by_name text,
  decided_reason text,
  decided_at timestamptz constraint approval_decided_in_time check (decided_at < expires_at),
  used_at timestamptz constraint approval_used_in_time check (used_at < expires_at),
  used_in xid8,
  constraint approval_decided_wholly check (
    num_nulls(decision, decided_by, decided_by_name, decided_at) in (0, 4)),
  constraint approval_used_once_approved check (used_at is null or decision is not distinct from 'approve'),
  constraint approval_used_in_a_transaction check ((used_at is null) = (used_in is null))
);
--> statement-breakpoint
comment on column database.approval.content is 'The whole effect of what is approved.';
--> statement-breakpoint
comment on column database.approval.content_hash is 'SHA-256 of the content as jsonb prints it.';
--> statement-breakpoint
create index approval_to_use on database.approval (requested_by, action, subject) where used_at is null;
--> statement-breakpoint
create index approval_to_decide on database.approval (id) where decision is null;
--> statement-breakpoint
create function database.guard_approval() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_asked text[] := array['decision', 'decided_by', 'decided_by_name', 'decided_reason', 'decided_at', 'used_at', 'used_in'];
  v_decided text[] := array['used_at', 'used_in'];
begin
  if tg_op = 'INSERT' then
    if new.decision is null and new.used_at is null
      and new.content_hash = sha256(convert_to(new.content::text, 'UTF8')) then
      return new;
    end if;
  elsif tg_op = 'UPDATE' then
    if old.decision is null and to_jsonb(new) - v_asked = to_jsonb(old) - v_asked
      and new.decision is not null and new.used_at is null then
      return new;
    end if;
    if old.decision is not null and old.used_at is null and new.used_at is not null
      and to_jsonb(new) - v_decided = to_jsonb(old) - v_decided then
      return new;
    end if;
  end if;
  raise exception 'an approval is asked for, decided once and used once, and stays as it is'
    using errcode = 'restrict_violation', constraint = 'approval_history';
end $$;
--> statement-breakpoint
create trigger approval_history before insert or update or delete on database.approval
  for each row execute function database.guard_approval();
--> statement-breakpoint
create trigger approval_never_truncated before truncate on database.approval
  for each statement execute function database.guard_approval();
--> statement-breakpoint
-- A UUIDv7 (RFC 9562), so that a list by id is one by time.
create function database.uuid_v7() returns uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;
$$;
--> statement-breakpoint
-- Asks for an approval, or finds the same request where it still stands.
create function database.request_approval(
  p_action text, p_subject text, p_content jsonb, p_by uuid, p_by_name text, p_reason text, p_request uuid,
  out id uuid, out asked boolean
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_hash bytea := sha256(convert_to(p_content::text, 'UTF8'));
begin
  perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', 'approval', p_action, p_subject, p_by, v_hash), 0));
  asked := false;
  select a.id into request_approval.id from database.approval a
    where a.requested_by = p_by and a.action = p_action and a.subject = p_subject and a.content_hash = v_hash
      and a.used_at is null and a.decision is distinct from 'reject' and a.expires_at > clock.now()
    order by a.id limit 1;
  if found then return; end if;
  asked := true;
  insert into database.approval (id, action, subject, content, content_hash, requested_by, requested_by_name, reason, request_id)
    values (database.uuid_v7(), p_action, p_subject, p_content, v_hash, p_by, p_by_name, p_reason, p_request)
    returning approval.id into request_approval.id;
end $$;
--> statement-breakpoint
-- Decides about a request that is still open. False where it is not.
create function database.decide_approval(p_id uuid, p_decision text, p_by uuid, p_by_name text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update database.approval a
    set decision = p_decision, decided_by = p_by, decided_by_name = p_by_name, decided_reason = p_reason, decided_at = clock.now()
    where a.id = p_id and a.decision is null and a.expires_at > clock.now();
  return found;
end $$;
--> statement-breakpoint
-- Uses up an approval that this person was given for exactly this. Null where there is none.
create function database.use_approval(p_action text, p_subject text, p_content jsonb, p_by uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_id uuid;
begin
  select a.id into v_id from database.approval a
    where a.requested_by = p_by and a.action = p_action and a.subject = p_subject
      and a.content_hash = sha256(convert_to(p_content::text, 'UTF8'))
      and a.decision = 'approve' and a.used_at is null and a.expires_at > clock.now()
    order by a.id limit 1
    for update;
  if v_id is null then return null; end if;
  update database.approval a set used_at = clock.now(), used_in = pg_current_xact_id() where a.id = v_id;
  return v_id;
end $$;
--> statement-breakpoint
-- Whether this very transaction used up that approval for this: what a room's own constraint asks before a row names it.
create function database.approval_used(p_id uuid, p_action text, p_subject text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from database.approval a
    where a.id = p_id and a.action = p_action and a.subject = p_subject and a.used_in = pg_current_xact_id());
$$;
--> statement-breakpoint
grant select on database.approval to closebell_application;
--> statement-breakpoint
grant execute on function database.request_approval, database.decide_approval, database.use_approval, database.approval_used
  to closebell_application;
