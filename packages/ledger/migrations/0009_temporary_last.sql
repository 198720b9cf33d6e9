-- Where search_path does not name pg_temp, types and tables are looked for there first: whoever may make temporary ones had his own
-- taken for PostgreSQL's inside functions that act as the tables' owner, and ran what he liked in its name. Named, it comes last.
do $$
declare
  v_function regprocedure;
begin
  for v_function in select p.oid from pg_proc p
    where p.pronamespace = 'ledger'::regnamespace and 'search_path=pg_catalog' = any (p.proconfig)
  loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', v_function);
  end loop;
end $$;
