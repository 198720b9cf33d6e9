#!/bin/sh
# restore.sh FILE.dump [NEW_DATABASE]
# Restores into a database of its own, never over the one that is served, and audits it. Serving it is the last,
# separate step: the script prints it.
# PG_EXEC as in backup.sh. AUDIT runs `admin audit` on the database named in DATABASE_NAME (default: in compose).
set -eu

PG_EXEC=${PG_EXEC-docker compose exec -T postgres}
AUDIT=${AUDIT-docker compose run --rm --no-deps -T admin audit}
PGUSER=${PGUSER:-postgres}

# Words on purpose: both are commands with their arguments.
pg() {
  # shellcheck disable=SC2086
  $PG_EXEC "$@"
}
audit() {
  # shellcheck disable=SC2086
  DATABASE_NAME=$database $AUDIT
}

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: restore.sh FILE.dump [NEW_DATABASE]" >&2
  exit 2
fi
file=$1
database=${2:-closebell_restored_$(date -u +%Y%m%d%H%M%S)}

if [ -f "$file.sha256" ]; then
  (cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256")
else
  echo "No $file.sha256: restoring without knowing whether the file is whole." >&2
fi

# Fails where the database exists, and so never touches one that is served.
pg createdb --username "$PGUSER" --owner closebell_owner --template template0 "$database"
pg pg_restore --username "$PGUSER" --dbname "$database" --exit-on-error --single-transaction <"$file"
pg psql --username "$PGUSER" --dbname "$database" --quiet --set ON_ERROR_STOP=1 --command "
  revoke all on database \"$database\" from public;
  grant connect on database \"$database\" to closebell_owner, closebell_application, closebell_readonly;
  analyze;"

if ! audit; then
  echo "The audit of $database failed: do not serve it. docs/runbooks/ledger-check-failing.md" >&2
  exit 1
fi
echo "Restored and audited: $database"
echo "To serve it: DATABASE_NAME=$database in .env, docker compose exec redis redis-cli flushall, docker compose up -d"
