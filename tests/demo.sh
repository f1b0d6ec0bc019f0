#!/usr/bin/env bash
# The main job, seen from outside: start the echo service on loopback, send real data through it over TCP and UDP, show
# the log it wrote, stop it. Exit status 0 only if every step did what it should.
# usage: demo.sh DIRECTORY   (where echopoold and echopool are)
set -euo pipefail
bin=$(readlink -f "$1")
work=$(mktemp -d)
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; }

ipv6=
grep -qs '^0*1 ' /proc/net/if_inet6 && ipv6=', [::1]:0'
cat >"$work/echopoold.ini" <<EOF
[tcp]
listen = 127.0.0.1:0$ipv6    # any free port
[udp]
listen = 127.0.0.1:0
rate_per_source = 20000
[pool]
workers = 4
[log]
sinks = file
file  = $work/echopoold.log
EOF

say "1. The configuration"
sed 's/^/   /' "$work/echopoold.ini"
run echopoold --config echopoold.ini --check-config
"$bin/echopoold" --config "$work/echopoold.ini" --check-config

say "2. The service starts: 4 workers, TCP on both loopback addresses, UDP"
run 'echopoold --config echopoold.ini &'
"$bin/echopoold" --config "$work/echopoold.ini" &
server=$!
address() { # TRANSPORT PATTERN
  sed -n "s/.*listening transport=$1 address=\($2:[0-9]*\).*/\1/p" "$work/echopoold.log" 2>/dev/null | head -n 1
}
for _ in $(seq 500); do
  [ -n "$(address udp '127.0.0.1')" ] && break
  kill -0 "$server" 2>/dev/null || { echo "the service has ended; its log:"; cat "$work/echopoold.log"; exit 1; }
  sleep 0.01
done
tcp=$(address tcp '127.0.0.1') tcp6=$(address tcp '\[::1\]') udp=$(address udp '127.0.0.1')
echo "listening on tcp $tcp, ${tcp6:+tcp $tcp6, }udp $udp"

say "3. A line there and back, over TCP and over UDP"
run "echo 'hello, pool' | echopool talk $tcp"
echo 'hello, pool' | "$bin/echopool" talk "$tcp"
run "echo 'hello, datagram' | echopool talk -u $udp"
echo 'hello, datagram' | "$bin/echopool" talk -u "$udp"

say "4. Ten megabytes at once, every byte compared with what was sent"
head -c 10485760 /dev/urandom >"$work/data"
for target in "$tcp" ${tcp6:+"$tcp6"}; do
  run "echopool talk --verify $target < 10MB"
  "$bin/echopool" talk -v --verify "$target" <"$work/data" 2>&1 >/dev/null
done
head -c 262144 "$work/data" >"$work/some"
run "echopool talk -u --verify $udp < 256KB"
"$bin/echopool" talk -u -v --verify "$udp" <"$work/some" 2>&1 >/dev/null

say "5. Stop: what runs may finish, then it ends"
run 'kill -TERM %1'
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
echo "exit status $status"

say "6. What it wrote to its log"
sed 's/^/   /' "$work/echopoold.log"
[ "$status" -eq 0 ]
