#!/bin/sh
# Runs once, on an empty data directory. The roles own and may; the logins only connect and act as one of them.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set database="$POSTGRES_DB" \
  --set migrator_password="$MIGRATOR_PASSWORD" \
  --set service_password="$SERVICE_PASSWORD" <<'SQL'
create role closebell_owner nologin;
create role closebell_application nologin;
create role closebell_readonly nologin;

create role closebell_migrator login password :'migrator_password'
  in role closebell_owner, closebell_application, closebell_readonly;
create role closebell_service login password :'service_password' in role closebell_application;
-- Without a password it can only come in through the server's own socket: for the queries of the runbooks.
create role closebell_reader login in role closebell_readonly, pg_monitor;

alter database :"database" owner to closebell_owner;
revoke all on database :"database" from public;
grant connect on database :"database" to closebell_migrator, closebell_service, closebell_reader;
SQL
