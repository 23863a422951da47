#!/usr/bin/env bash
# Runs a command with the services that the tests talk to, and stops afterwards what it started:
#
#   scripts/services.sh COMMAND [ARGUMENT…]
#
# COMMAND sees TEST_DATABASE_URL (PostgreSQL, may create databases and roles), TEST_REDIS_URL, CHROMIUM and NGINX. For each:
# what the variable already names is used as it is; else an installed program is started for us alone (loopback, a
# free port, a temporary directory, no fsync); else, as root on Debian, it is installed first. One line is printed for
# each. What cannot be had is named in one line; CI=true turns that line into a failure.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,9p' "$0" | cut -c3-; exit 2; }

pids=()
work=$(mktemp -d "${TMPDIR:-/tmp}/bodhi-services.XXXXXX")
chmod 755 "$work" # PostgreSQL runs as a user of its own and must reach its directory

stop() {
  local status=$? pid
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill -INT "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
  exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%-11s %s\n' "$1" "$2" >&2; }

missing() { # service, what will not run
  if [ "${CI:-}" = true ]; then
    say "$1" "not to be had: $2, which CI=true does not allow"
    exit 1
  fi
  say "$1" "not to be had: $2"
}

updated=
install() { # Debian packages
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say install "$*"
  export DEBIAN_FRONTEND=noninteractive
  if [ -z "$updated" ]; then apt-get update -qq >"$work/apt.log" 2>&1 || true; updated=yes; fi
  # RUNLEVEL=1 keeps the packages from starting servers of their own.
  RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" >>"$work/apt.log" 2>&1 || { tail -n 3 "$work/apt.log" >&2; return 1; }
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

await() { # description, command…
  local what=$1 n; shift
  for n in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  say "$what" "started, but did not answer within 10 s"
  return 1
}

postgres_bin() {
  local dir
  for dir in $(command -v pg_config >/dev/null && pg_config --bindir) $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -rV); do
    [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && { echo "$dir"; return; }
  done
}

start_postgres() {
  if [ -n "${TEST_DATABASE_URL:-}" ]; then say postgresql "the one in TEST_DATABASE_URL"; return; fi
  local bin as=() dir="$work/pg" port password
  bin=$(postgres_bin)
  if [ -z "$bin" ]; then install postgresql && bin=$(postgres_bin) || true; fi
  if [ -z "$bin" ]; then missing postgresql "tests run on SQLite only"; return; fi
  mkdir "$dir"
  if [ "$(id -u)" = 0 ]; then # it refuses to run as root
    id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
    chown postgres "$dir"
    as=(setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups)
  fi
  port=$(free_port)
  password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
  (cd "$dir"
   "${as[@]}" sh -c 'umask 077; printf %s "$1" >password' - "$password"
   "${as[@]}" "$bin/initdb" -D "$dir/data" -U bodhi -A scram-sha-256 --pwfile=password -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >log 2>&1) ||
    { tail -n 5 "$dir/log" >&2; return 1; }
  (cd "$dir"; exec "${as[@]}" "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$dir" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=300 -c shared_buffers=64MB \
    >>"$dir/log" 2>&1 </dev/null) &
  pids+=($!)
  await postgresql "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U bodhi || { tail -n 5 "$dir/log" >&2; return 1; }
  export TEST_DATABASE_URL="postgres://bodhi:$password@127.0.0.1:$port/postgres?sslmode=disable"
  say postgresql "$("$bin/postgres" --version | grep -oE '[0-9.]+' | head -1), started on port $port"
}

start_redis() {
  if [ -n "${TEST_REDIS_URL:-}" ]; then say redis "the one in TEST_REDIS_URL"; return; fi
  command -v redis-server >/dev/null || install redis-server || true
  if ! command -v redis-server >/dev/null; then missing redis "tests with Redis do not run"; return; fi
  local port; port=$(free_port)
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" --daemonize no >"$work/redis.log" 2>&1 </dev/null &
  pids+=($!)
  await redis redis-cli -p "$port" ping || { tail -n 5 "$work/redis.log" >&2; return 1; }
  export TEST_REDIS_URL="redis://127.0.0.1:$port/0"
  say redis "$(redis-server --version | grep -oE 'v=[0-9.]+' | cut -c3-), started on port $port"
}

find_chromium() {
  local name
  if [ -z "${CHROMIUM:-}" ]; then
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
      if command -v "$name" >/dev/null; then CHROMIUM=$(command -v "$name"); break; fi
    done
  fi
  if [ -z "${CHROMIUM:-}" ] && install chromium; then CHROMIUM=$(command -v chromium); fi
  if [ -z "${CHROMIUM:-}" ]; then missing chromium "browser tests do not run"; return; fi
  export CHROMIUM
  say chromium "$CHROMIUM"
}

find_nginx() {
  if [ -z "${NGINX:-}" ]; then NGINX=$(PATH="$PATH:/usr/sbin" command -v nginx || true); fi
  if [ -z "${NGINX:-}" ] && install nginx-light; then NGINX=/usr/sbin/nginx; fi
  if [ -z "${NGINX:-}" ]; then missing nginx "rolling restarts are not tested"; return; fi
  export NGINX
  say nginx "$NGINX"
}

start_postgres
start_redis
find_chromium
find_nginx

# Not exec: the services have to be stopped. In the background, so that a signal reaches the trap at once.
"$@" &
command=$!
pids+=("$command")
wait "$command"
