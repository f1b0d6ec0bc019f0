#!/usr/bin/env bash
# A mistake does not compile, for the reason its file gives, and the same code without the mistake does.
# usage: misuse_test.sh FILE COMPILER ARGUMENTS…
set -euo pipefail
file=$1; shift
reason=$(sed -n 's|^// error: ||p' "$file")
[ -n "$reason" ] || { echo "$file has no line '// error: …'"; exit 1; }
"$@" "$file" || { echo "without its mistake $file should compile"; exit 1; }
if messages=$("$@" -D MISTAKE "$file" 2>&1); then echo "with its mistake $file should not compile"; exit 1; fi
grep -qE "error: .*$reason" <<<"$messages" || { printf '%s\n' "$messages" "the compiler should have said: $reason"; exit 1; }
