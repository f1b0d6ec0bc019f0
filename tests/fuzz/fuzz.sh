#!/usr/bin/env bash
# fuzz.sh SECONDS: fuzzes each target for SECONDS, on what earlier runs have gathered below build/fuzz and on the corpus
# of the repository. What it finds stays in build/fuzz/found; a finding belongs into the corpus, with its remedy.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
seconds=$1
bin=build/fuzz/tests/fuzz
mkdir -p build/fuzz/found
status=0
for target in "$bin"/fuzz_*; do
  name=${target##*/fuzz_}
  mkdir -p "build/fuzz/gathered/$name"
  log=build/fuzz/$name.log
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/gathered/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    printf '%-16s %12s inputs, nothing found\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    printf '%-16s FOUND something; the end of %s:\n' "$name" "$log"
    tail -30 "$log"
    status=1
  fi
done
exit $status
