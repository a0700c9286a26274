#!/usr/bin/env bash
# Starts PostgreSQL with one user and one database, on the public image and on Debian's packages alike; `ready` asks it.
set -euo pipefail
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
[[ -n $bin ]] && PATH=$bin:$PATH
data=/var/lib/postgresql/missions

if [[ ${1:-} == ready ]]; then
  exec pg_isready --quiet --host=127.0.0.1 --username=backend --dbname=missions
fi
if [[ ! -d $data ]]; then  # it gets its name when it is whole, so it may be killed at any time
  rm -rf "$data.new"
  initdb --pgdata="$data.new" --username=backend --pwfile=/run/secrets/postgres_password \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo "host all all all scram-sha-256" >>"$data.new/pg_hba.conf"
  postgres --single -D "$data.new" postgres <<<"CREATE DATABASE missions"
  mv "$data.new" "$data"
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
