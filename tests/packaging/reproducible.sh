#!/usr/bin/env bash
# A second build of the same files, elsewhere and without a cache, gives the same bytes. usage: reproducible.sh PACKAGES WORK
set -euo pipefail
packages=$(readlink -f "$1") work=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
. "$here/steps.sh"
cd "$here/../.."

folder=$(mktemp -d "$work/reproducible.XXXXXX")
trap 'rm -rf "$folder"' EXIT
copy=$folder/another/and/longer/place
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --null -T - -cf - | tar -C "$copy" -xf -
find "$copy" -exec touch {} +
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) CCACHE_DISABLE=1 TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 "$copy/packaging/build.sh" >"$folder/build.log" 2>&1 ||
  { tail -20 "$folder/build.log"; fail "the second build fails"; }
(cd "$packages" && sha256sum -- *.deb *.rpm) >"$folder/first"
(cd "$copy/build/packages" && sha256sum -- *.deb *.rpm) >"$folder/second"
diff "$folder/first" "$folder/second" || fail "these packages differ"
ok "$(wc -l <"$folder/first") packages, built twice in different places, are the same byte for byte"
