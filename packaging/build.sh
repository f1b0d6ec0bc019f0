#!/usr/bin/env bash
# Builds the packages this system has the tools for into build/packages: .deb with dpkg, .rpm with rpmbuild. The same
# commit gives the same bytes. usage: build.sh [DEB|RPM…]
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$(readlink -f "$0")")/.."

formats=("$@")
if [ ${#formats[@]} -eq 0 ]; then
  if command -v dpkg-deb >/dev/null; then formats+=(DEB); fi
  if command -v rpmbuild >/dev/null; then formats+=(RPM); fi
fi
[ ${#formats[@]} -gt 0 ] || { echo "build.sh: neither dpkg-deb nor rpmbuild is installed" >&2; exit 1; }

# All times are that of the commit; in an unpacked archive, that of its changelog.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date -r CHANGELOG.md +%s)}"
export SOURCE_DATE_EPOCH

umask 022
mkdir -p build/packages
for format in "${formats[@]}"; do
  rm -f build/packages/*."${format,,}"
  cmake --preset package -D ECHOPOOL_PACKAGE_FORMAT="$format" >build/package.configure.log 2>&1 ||
    { cat build/package.configure.log >&2; exit 1; }
  cmake --build build/package --parallel "${ECHOPOOL_JOBS:-$(nproc)}"
  rm -f build/package/*.deb build/package/*.ddeb build/package/*.rpm
  (cd build/package && cpack >cpack.log 2>&1) || { cat build/package/cpack.log >&2; exit 1; }
  # apt takes nothing for a package that does not end in .deb.
  for package in build/package/*.ddeb; do mv "$package" "${package%.ddeb}.deb"; done
  for package in build/package/*.deb build/package/*.rpm; do mv "$package" build/packages/; done
done
ls -l build/packages >&2
