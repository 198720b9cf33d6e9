-- As the ledger's: where pg_temp is not named it is looked into first.
do $$
declare
  v_function regprocedure;
begin
  for v_function in select p.oid from pg_proc p
    where p.pronamespace = 'rounds'::regnamespace and 'search_path=pg_catalog' = any (p.proconfig)
  loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', v_function);
  end loop;
end $$;
