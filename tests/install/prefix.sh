#!/usr/bin/env bash
# cmake --install lays out a prefix, complete and movable. usage: prefix.sh SOURCE BUILD PREFIX
set -euo pipefail
source_folder=$1 build=$2 prefix=$3
. "$source_folder/tests/packaging/steps.sh"

rm -rf "$prefix" "$prefix.first"
mkdir -p "$(dirname "$prefix")"
cmake --install "$build" --prefix "$prefix.first" >"$prefix.log" || { cat "$prefix.log"; exit 1; }
# Whatever was installed can be moved.
mv "$prefix.first" "$prefix"
for file in sbin/echopoold bin/echopool include/echopool/server.hpp lib/libechopool.so.0 lib/pkgconfig/echopool-server.pc \
  lib/cmake/echopool/echopoolConfig.cmake lib/systemd/system/echopoold.service lib/sysusers.d/echopool-server.conf \
  etc/echopool/echopoold.ini share/bash-completion/completions/echopool share/zsh/site-functions/_echopoold \
  share/doc/echopool-server/operations.md; do
  [ -e "$prefix/$file" ] || fail "cmake --install has not installed $file"
done
"$prefix/sbin/echopoold" --version >/dev/null
"$prefix/bin/echopool" --version >/dev/null
ok "cmake --install lays out a prefix that can be moved"
