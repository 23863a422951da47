#!/usr/bin/env bash
# Changes the code of packages in small ways, one at a time (a < to a <=, a + to a -), and runs the package's tests: a change that no
# test notices is a gap, or makes no difference. scripts/mutation.sh app/money app/ledger …
# gremlins copies the module for that, so it gets one without what npm brought. Rooms inside a room are not part of it. A change that
# makes a test run on is given up after some times what the package's tests take.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$(go tool -n -modfile=scripts/tools/go.mod gremlins)
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
git ls-files -z -- '*.go' '*.json' '*.sql' '*.csv' '*.txt' go.mod go.sum 'app/**/testdata/**' | xargs -0 cp --parents -t "$there"
mkdir -p var
for package in "$@"; do
  (cd "$there" && "$tool" unleash "./$package" --exclude-files / --workers 1 --timeout-coefficient 6 --output "$OLDPWD/var/mutation-${package//\//-}.json")
done
