#!/usr/bin/env bash
# The daemon is only a user of the framework: its sources compile with the installed headers and with common/src, and
# reach no other header of ours. usage: daemon_test.sh SOURCE PREFIX
set -euo pipefail
source_folder=$1 prefix=$2
. "$source_folder/tests/packaging/steps.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compile() {
  local source=$1 reached
  reached=$scratch/$(basename "$source").d
  ${CXX:-c++} -std=c++20 -fsyntax-only -Wall -Wextra -I "$prefix/include" -I "$source_folder/common/src" \
    -I "$source_folder/server/daemon" -MD -MF "$reached" "$source" || return 1
  if grep -oE "$source_folder/(server|common)/(include|src)/[^ ]*" "$reached" | grep -v "^$source_folder/common/src/"; then
    echo "$source reaches headers that are neither installed nor common's"; return 1
  fi
}
export -f compile
export source_folder prefix scratch
sources=("$source_folder"/server/daemon/*.cpp)
printf '%s\n' "${sources[@]}" | xargs -P 2 -I {} bash -c 'compile {}' || fail "the daemon needs more than what is installed"
ok "${#sources[@]} sources of the daemon compile against the installed headers"
