#!/usr/bin/env bash
# bench.sh [WHICH [ARGS…]]: builds the benchmarks' programs and runs one benchmark, or all.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
cmake --build build/release --target bench-programs >/dev/null
which=${1:-all}
[ $# -gt 0 ] && shift
case $which in
  all) for script in tests/bench/*.py; do [ "$script" = tests/bench/measure.py ] || python3 "$script" "$@"; done ;;
  *) [ -f "tests/bench/$which.py" ] || { echo "there is no benchmark '$which'; there are:" >&2
       ls tests/bench/*.py | sed 's#.*/##; s#\.py$##; /^measure$/d; s#^#  #' >&2; exit 2; }
     exec python3 "tests/bench/$which.py" "$@" ;;
esac
