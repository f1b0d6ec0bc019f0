#!/usr/bin/env bash
# bench.sh [WHICH [ARGS…]]: runs one of the benchmarks, whose programs are built; without WHICH the usual one.
#   tcp      echopoold against its peers, every figure; ARGS: --loads, --rivals, --pairs, --full, --quick, --help
#   park     the same at the loads that parking was made for
#   redis    examples/resp_store against redis-server; ARGS: --rounds, --requests
#   client   echopool, the client, against bare loops
#   udp      datagrams at ten loads; ARGS: PAIRS DATAGRAMS
#   budget   instructions and system calls a request against what is recorded; ARGS: --update
#   faults   what the service withstands; ARGS: --quick
#   hostile  what thousands of hostile peers do to honest clients; ARGS: --quick, --servers, --kinds, --report, --help
#   report   puts the latest run of tcp into docs/performance.md
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
which=${1:-tcp}
[ $# -gt 0 ] && shift
case $which in
  tcp | client | udp | budget | faults | hostile | redis | report) ;;
  park) which=tcp; set -- --loads 64B-1,64B-16,64B-256,stream,idle --output park "$@" ;;
  *) printf "there is no benchmark '%s'; there are:\n" "$which" >&2
     sed -n 's/^#   /  /p' "tools/bench/bench.sh" >&2; exit 2 ;;
esac
exec python3 "tools/bench/$which.py" "$@"
