#!/usr/bin/env bash
# Runs every fuzz target of the tree for a while, one after the other: scripts/fuzz.sh [20s]
# A failing input is kept by Go under the package's testdata/fuzz and runs with the ordinary tests from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in $(git grep -l --untracked '^func Fuzz' -- '*_test.go'); do
  for target in $(grep -oE '^func Fuzz[A-Za-z0-9_]*' "$file" | cut -c6-); do
    printf '== %s %s\n' "$(dirname "$file")" "$target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "${1:-20s}" "./$(dirname "$file")"
  done
done
