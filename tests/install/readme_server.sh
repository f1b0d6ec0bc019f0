#!/usr/bin/env bash
# The README's server is built against an installed echopool, with find_package and with pkg-config, and answers.
# usage: readme_server.sh SOURCE PREFIX
set -euo pipefail
source_folder=$1 prefix=$2
. "$source_folder/tests/packaging/steps.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

awk '/^```cpp$/ { keep = 1; text = ""; next }
     /^```$/ { if (keep && text ~ /int main/) { printf "%s", text; exit } keep = 0 }
     keep { text = text $0 "\n" }' "$source_folder/README.md" >server.cpp
[ -s server.cpp ] || fail "README.md has no \`\`\`cpp block with an int main"

{ cmake -S "$source_folder/tests/install/consumer" -B by_cmake -D CMAKE_PREFIX_PATH="$prefix" \
  -D SOURCE="$scratch/server.cpp" -D CMAKE_BUILD_TYPE=Release && cmake --build by_cmake; } >cmake.log 2>&1 ||
  { cat cmake.log; fail "the README's server does not build with find_package(echopool)"; }
ok "the README's server builds with find_package(echopool)"

export prefix PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs echopool-server)"
mkdir by_pkg_config
${CXX:-c++} -std=c++20 -Wall -Wextra -Werror server.cpp -o by_pkg_config/server "${flags[@]}" -Wl,-rpath,"$prefix/lib"
[ "$(pkg-config --modversion echopool-server)" = "$("$prefix"/sbin/echopoold --version | cut -d' ' -f2)" ] ||
  fail "pkg-config and echopoold disagree on the version"
ok "the README's server builds with pkg-config, without a warning"

${CXX:-c++} -std=c++20 -M server.cpp "${flags[@]}" >included
! grep '/boost/' included || fail "the public headers include Boost"
ok "a consumer includes no header of Boost"

# It listens on every address: let that be those of a network of its own.
unshare -rn true 2>/dev/null || skip "the server is not run: this system allows no private network (unshare -rn)"
cat >talk.sh <<'TALK'
ip link set lo up
"$1" &
server=$!
port=$(sed -n 's/.*Endpoint::parse("[^"]*:\([0-9]*\)").*/\1/p' server.cpp)
for _ in $(seq 100); do
  answer=$(printf 'PING\nPONG\n' | "$prefix"/bin/echopool talk --wait 5s ::1 "$port" 2>/dev/null) && break
  sleep 0.1
done
kill -TERM $server
wait $server || { echo "exit status $?"; exit 1; }
printf '%s\n' "$answer"
TALK
for server in by_cmake/server by_pkg_config/server; do
  answer=$(unshare -rn bash talk.sh "$server")
  [ "$answer" = $'PONG\nERR' ] || fail "$server answers '$answer' to PING and PONG"
  ok "$server answers, and stops with status 0"
done
