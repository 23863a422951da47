#!/usr/bin/env bash
# Builds the last commit twice and compares the bytes: in clones in two directories, from files of another age, in another time zone.
# Prints the sum that both have. So whoever has the source can tell whether a binary was built from it.
#
#   scripts/twice.sh         what this machine has compiled already is taken as it is: a test does this
#   scripts/twice.sh anew    each compiles everything anew, one of them one thing at a time: a quarter of an hour
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # directory, how old its files are
  git clone -q --no-hardlinks . "$1" 2>"$work/log" || { cat "$work/log" >&2; return 1; }
  cp -R static/vendor/. "$1/static/vendor/" # npm's files by exact version, which git does not keep
  find "$1" -name .git -prune -o -type f -exec touch -t "$2" {} +
  if [ "$mode" = anew ]; then export GOCACHE=$work/cache; fi
  make -s --no-print-directory -C "$1" -o vendor binary >&2
  if [ "$mode" = anew ]; then chmod -R u+w "$work/cache"; rm -rf "$work/cache"; fi
}

mode=${1:-}
TZ=America/St_Johns build "$work/one" 200102030405
if [ "$mode" = anew ]; then export GOMAXPROCS=1; fi
TZ=Pacific/Kiritimati build "$work/somewhere else" 202512312359
cmp "$work/one/bin/bodhi" "$work/somewhere else/bin/bodhi" >&2 || {
  sha256sum "$work/one/bin/bodhi" "$work/somewhere else/bin/bodhi" >&2
  exit 1
}
sha256sum <"$work/one/bin/bodhi" | cut -d' ' -f1
