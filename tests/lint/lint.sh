#!/usr/bin/env bash
# Formatting, the rules of the house, clang-tidy. Prints every offence; exit status 1 if there is one.
# usage: lint.sh [--quick]   (--quick leaves clang-tidy out)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
status=0
offence() { printf '%s\n' "$*" >&2; status=1; }

sources=$(git ls-files '*.cpp' '*.hpp')

# Another version formats differently and finds other things.
has() { command -v "$1" >/dev/null || { echo "NOT CHECKED: $1 is not installed, and no other version counts" >&2; false; }; }

echo "== formatting" >&2
if has clang-format-14; then
  # shellcheck disable=SC2086
  clang-format-14 --dry-run -Werror $sources || status=1
fi

echo "== rules of the house" >&2
python3 tests/lint/rules.py || status=1

if [ "${1:-}" != --quick ]; then
  echo "== clang-tidy" >&2
  has clang-tidy-14 || exit "$status"
  cmake --preset dev >build/dev.configure.log 2>&1 || { cat build/dev.configure.log >&2; exit 1; }
  git ls-files 'common/src/*.cpp' 'server/*.cpp' 'client/*.cpp' |
    xargs -P "$(nproc)" -n 4 clang-tidy-14 -p build/dev --quiet 2>build/tidy.log || { status=1; }
  grep -E 'error:|warning: .*\[' build/tidy.log >&2 || true
fi
exit "$status"
