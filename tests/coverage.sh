#!/usr/bin/env bash
# coverage.sh: what the tests of the build with preset `coverage` have run of common and server, and whether it is enough.
# Branches that only an exception thrown by the standard library takes are not counted.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
mkdir -p build/coverage/html
gcovr --root . --object-directory build/coverage --filter 'common/' --filter 'server/' \
  --exclude-throw-branches --exclude-unreachable-branches --gcov-ignore-parse-errors \
  --fail-under-line 95 --fail-under-branch 80 \
  --txt build/coverage/lines.txt --print-summary --html-details build/coverage/html/index.html
