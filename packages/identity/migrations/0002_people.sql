-- Real time also in a sandbox, whose own clock jumps by weeks: nobody shall be signed out by that.
create function identity.now() returns timestamptz
language sql stable
return clock_timestamp();
--> statement-breakpoint
grant execute on function identity.now() to closebell_application, closebell_readonly;
--> statement-breakpoint
create table identity.email (
  user_id uuid primary key references identity.user,
  address text not null constraint email_unique unique
    constraint email_normal check (address = lower(btrim(address)) and length(address) between 3 and 254),
  added_at timestamptz not null default identity.now()
);
--> statement-breakpoint
create table identity.password (
  user_id uuid primary key references identity.user,
  hash text not null constraint password_is_argon2id check (hash like '$argon2id$%'),
  changed_at timestamptz not null default identity.now()
);
--> statement-breakpoint
-- Tokens that were mailed: whoever has one reads the letters of the address.
create table identity.mail_token (
  hash bytea primary key constraint mail_token_is_sha256 check (octet_length(hash) = 32),
  purpose text not null constraint mail_token_purpose_known check (purpose in ('register', 'reset')),
  address text not null,
  user_id uuid references identity.user,
  password_hash text,
  created_at timestamptz not null default identity.now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint mail_token_registers_with_password check ((purpose = 'register') = (password_hash is not null))
);
--> statement-breakpoint
create index mail_token_expiry on identity.mail_token (expires_at);
--> statement-breakpoint
create index mail_token_user on identity.mail_token (user_id) where user_id is not null;
--> statement-breakpoint
-- Letters on their way out, sealed: they hold tokens.
create table identity.letter (
  id uuid primary key,
  sealed bytea not null,
  attempts smallint not null default 0,
  created_at timestamptz not null default identity.now(),
  due_at timestamptz not null default identity.now()
);
--> statement-breakpoint
create index letter_due on identity.letter (due_at);
--> statement-breakpoint
create table identity.wallet_login (
  address text primary key constraint wallet_login_form check (address ~ '^0x[0-9a-f]{40}$'),
  user_id uuid not null unique references identity.user,
  added_at timestamptz not null default identity.now()
);
--> statement-breakpoint
create table identity.wallet_nonce (
  nonce text primary key,
  address text not null,
  created_at timestamptz not null default identity.now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
--> statement-breakpoint
create index wallet_nonce_expiry on identity.wallet_nonce (expires_at);
--> statement-breakpoint
-- last_step: of the newest code that was used; neither it nor an older one counts again.
create table identity.totp (
  user_id uuid primary key references identity.user,
  secret bytea,
  last_step bigint,
  confirmed_at timestamptz,
  pending bytea,
  constraint totp_confirmed_has_secret check ((secret is null) = (confirmed_at is null))
);
--> statement-breakpoint
create table identity.recovery_code (
  user_id uuid not null references identity.user,
  hash bytea not null constraint recovery_code_is_sha256 check (octet_length(hash) = 32),
  used_at timestamptz,
  primary key (user_id, hash)
);
--> statement-breakpoint
create table identity.session (
  id uuid primary key,
  user_id uuid not null references identity.user,
  method text not null constraint session_method_known check (method in ('email', 'password', 'wallet')),
  second_factor boolean not null,
  address text not null,
  user_agent text,
  created_at timestamptz not null default identity.now(),
  refreshed_at timestamptz not null default identity.now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_why text,
  constraint session_ended_says_why check ((ended_at is null) = (ended_why is null))
);
--> statement-breakpoint
create index session_of_user on identity.session (user_id) where ended_at is null;
--> statement-breakpoint
create index session_expiry on identity.session (expires_at);
--> statement-breakpoint
-- successor: the token that took its place, sealed under the token itself, for clients that lost the answer.
create table identity.refresh_token (
  hash bytea primary key constraint refresh_token_is_sha256 check (octet_length(hash) = 32),
  session_id uuid not null references identity.session on delete cascade,
  issued_at timestamptz not null default identity.now(),
  expires_at timestamptz not null,
  replaced_at timestamptz,
  successor bytea,
  constraint refresh_token_successor_of_replaced check (successor is null or replaced_at is not null)
);
--> statement-breakpoint
-- However many ask at once, a session has one token that counts.
create unique index refresh_token_one_counts on identity.refresh_token (session_id) where replaced_at is null;
--> statement-breakpoint
create index refresh_token_expiry on identity.refresh_token (expires_at);
--> statement-breakpoint
create index refresh_token_session on identity.refresh_token (session_id);
--> statement-breakpoint
-- A key signs from signs_from until the next one's. Its private half is sealed, and removed once it no longer signs.
create table identity.signing_key (
  kid text primary key,
  public_key text not null,
  private_key bytea,
  created_at timestamptz not null default identity.now(),
  signs_from timestamptz not null unique
);
--> statement-breakpoint
-- Keys tokens are verified with: from their creation until 20 minutes after they stopped signing, twice a token's life.
create view identity.verifying_key as
  select key.kid, key.public_key, key.signs_from
  from identity.signing_key key
  where not exists (
    select from identity.signing_key later
    where later.signs_from > key.signs_from and later.signs_from <= identity.now() - interval '20 minutes');
--> statement-breakpoint
grant select, insert on identity.email, identity.wallet_login, identity.signing_key to closebell_application;
--> statement-breakpoint
grant update (private_key) on identity.signing_key to closebell_application;
--> statement-breakpoint
grant select on identity.verifying_key to closebell_application;
--> statement-breakpoint
grant select, insert, update (hash, changed_at) on identity.password to closebell_application;
--> statement-breakpoint
grant select, insert, update (used_at), delete on identity.mail_token, identity.wallet_nonce, identity.recovery_code
  to closebell_application;
--> statement-breakpoint
grant select, insert, update (attempts, due_at), delete on identity.letter to closebell_application;
--> statement-breakpoint
grant select, insert, update (secret, last_step, confirmed_at, pending), delete on identity.totp to closebell_application;
--> statement-breakpoint
grant select, insert, update (second_factor, refreshed_at, ended_at, ended_why), delete on identity.session
  to closebell_application;
--> statement-breakpoint
grant select, insert, update (replaced_at, successor), delete on identity.refresh_token to closebell_application;
--> statement-breakpoint
-- Reading along is no reason to see secrets, hashed or sealed.
revoke select on identity.password, identity.mail_token, identity.letter, identity.totp, identity.recovery_code,
  identity.refresh_token, identity.wallet_nonce, identity.signing_key from closebell_readonly;
