#!/usr/bin/env bash
# Tries the packages out and says which of the tests ran: `run.sh PACKAGES WORK [TEST…]`. Without names: all of them.
#   lint          lintian, rpmlint, exposure and form of the units
#   cycle         apt installs, upgrades, removes and purges the .deb packages on a scratch Debian
#   rpm           rpm installs, upgrades and removes the .rpm packages in a scratch root
#   boot          the service on a booted scratch Debian: sockets, reload, watchdog, upgrade …
#   reproducible  a second build gives the same bytes
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
packages=$1 work=$2; shift 2
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(lint cycle rpm boot reproducible)
mkdir -p "$work"

summary=() failed=0
for test in "${tests[@]}"; do
  printf '== %s\n' "$test"
  start=$SECONDS status=0
  "$here/$test.sh" "$packages" "$work" >"$work/$test.log" 2>&1 || status=$?
  cat "$work/$test.log"
  case $status in
    0) summary+=("$test: passed, $(grep -c '^ok' "$work/$test.log") checks, $((SECONDS - start)) s") ;;
    77) summary+=("$test: SKIPPED: $(sed -n 's/^SKIP *//p' "$work/$test.log" | tail -1)") ;;
    *) summary+=("$test: FAILED"); failed=1 ;;
  esac
done
printf '== tests of the packages\n'
printf '%s\n' "${summary[@]}"
exit $failed
