#!/bin/sh
# backup.sh dump|base FOLDER
#   dump  one file that any PostgreSQL of this version or newer restores: restore.sh
#   base  the whole server's files, to roll forward with archived WAL: README.md beside this script
# PG_EXEC runs a PostgreSQL tool (default: in the compose service); set it to "env" for tools of this host and PGHOST etc.
set -eu

PG_EXEC=${PG_EXEC-docker compose exec -T postgres}
DATABASE_NAME=${DATABASE_NAME:-closebell}
PGUSER=${PGUSER:-postgres}

usage() {
  echo "usage: backup.sh dump|base FOLDER" >&2
  exit 2
}

# Words on purpose: PG_EXEC is a command with its arguments.
pg() {
  # shellcheck disable=SC2086
  $PG_EXEC "$@"
}

[ $# -eq 2 ] || usage
kind=$1
folder=$2
umask 077
mkdir -p "$folder"
stamp=$(date -u +%Y%m%dT%H%M%SZ)

case $kind in
  dump)
    target=$folder/$DATABASE_NAME-$stamp.dump
    pg pg_dump --username "$PGUSER" --format custom "$DATABASE_NAME" >"$target.part"
    # A dump cut short has no readable table of contents.
    pg pg_restore --list <"$target.part" >/dev/null
    ;;
  base)
    target=$folder/server-$stamp.tar.gz
    pg pg_basebackup --username "$PGUSER" --pgdata - --format tar --gzip --wal-method fetch --checkpoint fast >"$target.part"
    gzip --test "$target.part"
    ;;
  *) usage ;;
esac

mv "$target.part" "$target"
(cd "$folder" && sha256sum "$(basename "$target")" >"$(basename "$target").sha256")
echo "$target"
