#!/usr/bin/env bash
# A public header compiles alone, twice over, and reaches no header of Boost and none that is not installed.
# usage: header_test.sh HEADER COMPILER ARGUMENTS…
set -euo pipefail
header=$1; shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$scratch/alone.cpp"
"$@" -MD -MF "$scratch/reached" "$scratch/alone.cpp"
if grep -E '/boost/|/src/' "$scratch/reached"; then
  echo "<$header> must reach the standard library and installed headers only"; exit 1
fi
grep -q "$header" "$scratch/reached"
