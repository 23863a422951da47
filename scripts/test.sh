#!/usr/bin/env bash
# Checks and tests, quietly: one line per package, everything about a failure, and a list of what did not run.
#
#   scripts/test.sh lint    gofmt, vet, staticcheck
#   scripts/test.sh quick   vet, then all tests that need no browser, no client SDK and no service
#   scripts/test.sh all     lint, known vulnerabilities, then every test; services come from scripts/services.sh
#
# CI=true makes a test that skipped itself a failure: what did not run was not tested.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p var
log=var/test.log
: >"$log"

step() { printf '== %s\n' "$1"; }

lint() {
  step gofmt
  local bad failed=0
  bad=$(gofmt -l $(find . -name '*.go' -not -path './node_modules/*'))
  if [ -n "$bad" ]; then printf 'not formatted (run "make fmt"):\n%s\n' "$bad"; failed=1; fi
  step vet
  go vet ./... || failed=1
  step staticcheck
  go tool -modfile=scripts/tools/go.mod staticcheck ./... || failed=1
  return "$failed"
}

# Keeps each package's output back until its verdict: one line if it passed, the whole if it failed.
report() {
  awk '
    /^(=== (RUN|PAUSE|CONT|NAME)|[[:space:]]*--- PASS|PASS$)/ { next }
    { held = held $0 "\n" }
    /^(ok  |FAIL|\?   )\t/ { if ($1 == "FAIL") printf "%s", held; else if ($1 == "ok") print; held = ""; fflush() }
    END { printf "%s", held }'
}

# What failed said itself, or what did not build; the log of the servers that it started left out. The last that one sees.
failures() {
  awk '
    /^# / { building = 1; built = built $0 "\n"; next }
    /^FAIL\t.*\[(build|setup) failed\]/ { printf "%s%s\n", built, $0; built = ""; building = 0; next }
    building && /^[^ ]+\.go:[0-9]+/ { built = built "  " substr($0, 1, 500) "\n"; next }
    /^=== (RUN|NAME|CONT) / { building = 0; at = $3; next }
    /^ *--- FAIL: / { failed[++n] = $3; next }
    /^(ok  |FAIL)\t/ {
      for (i = 1; i <= n; i++) printf "%s (%s)\n%s", failed[i], $2, said[failed[i]]
      n = 0; split("", said); split("", lines)
    }
    !/ level=/ && lines[at]++ < 30 { said[at] = said[at] "  " substr($0, 1, 500) "\n" }' "$log"
}

run() {
  step "test $1"
  shift
  go test -v -vet=off -timeout 50m "$@" 2>&1 | tee -a "$log" | report
}

# Names what skipped itself; CI=true does not allow it.
skipped() {
  local names
  names=$(grep -oE -- '--- SKIP: [^ ]+' "$log" | cut -c11- || true)
  [ -n "$names" ] || return 0
  printf '%s did not run:\n%s\n' "$(wc -l <<<"$names")" "$names"
  if [ "${CI:-}" = true ]; then echo 'CI=true does not allow that.'; return 1; fi
}

case "${1:-}" in
lint) lint ;;
quick)
  go vet ./...
  # e2e/bench is the load generator's own test; the rest of e2e needs the binary and more.
  CI= TEST_DATABASE_URL=off run "of packages" -short -p "${P:-2}" $(go list ./... | grep -vE '/e2e(/|$)')
  printf '%s did not run, because they need PostgreSQL; "make test" runs them.\n' "$(grep -c -- '--- SKIP' "$log" || true)"
  ;;
all)
  status=0 # all of it, so that one run tells everything that is wrong
  lint || status=1
  step "known vulnerabilities"
  go run ./scripts/vuln || status=1
  # One after the other: what starts whole gateways and browsers waits for them, and on a machine that packages share it
  # would measure the others.
  run "of packages" -p "${P:-2}" $(go list ./... | grep -vE '/e2e(/|$)') || status=1
  TEST_BINARY=$PWD/bin/bodhi run "end to end" -p 1 ./e2e/... || status=1
  skipped || status=1
  if [ "$status" != 0 ]; then step failed; failures; fi
  exit "$status"
  ;;
*) sed -n '2,8p' "$0" | cut -c3-; exit 2 ;;
esac
