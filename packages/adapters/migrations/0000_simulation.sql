create schema simulation;
--> statement-breakpoint
grant usage on schema simulation to closebell_application, closebell_readonly;
--> statement-breakpoint
-- What a simulated source says about one date instead of its own walk. Shared, because one process is told and
-- another one asks.
create table simulation.close (
  source text not null constraint close_source_form check (source ~ '^[a-z][a-z0-9-]*$'),
  symbol text not null constraint close_symbol_is_named check (symbol <> ''),
  date date not null,
  mode text not null constraint close_mode_known check (
    mode in ('right', 'late', 'wrong-date', 'negative', 'silent', 'unavailable', 'malformed')),
  price text constraint close_price_is_decimal check (price ~ '^[0-9]+([.][0-9]+)?$'),
  available_from timestamptz,
  set_at timestamptz not null default clock.now(),
  primary key (source, symbol, date),
  constraint close_late_from_an_instant check ((mode = 'late') = (available_from is not null))
);
--> statement-breakpoint
comment on column simulation.close.price is 'Exact decimal; null for the price the walk has for that date.';
--> statement-breakpoint
grant select, insert, update on simulation.close to closebell_application;
--> statement-breakpoint
grant select on simulation.close to closebell_readonly;
