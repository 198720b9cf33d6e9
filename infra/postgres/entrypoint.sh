#!/bin/sh
# Asked before initdb: a known password would stay in the cluster long after .env was put right.
set -eu
case "$POSTGRES_PASSWORD$MIGRATOR_PASSWORD$SERVICE_PASSWORD" in
  *change-me*)
    echo "Refusing to start: .env still has change-me passwords. Put the output of 'openssl rand -hex 24' in each." >&2
    exit 1
    ;;
esac
# A named volume starts out as root's.
if [ -d /wal ]; then chown postgres:postgres /wal; fi
exec docker-entrypoint.sh "$@"
