#!/usr/bin/env bash
# Install, configure, upgrade, remove and purge the .deb packages on a minimal Debian that is not booted.
# usage: cycle.sh PACKAGES WORK
set -euo pipefail
packages=$(readlink -f "$1") work=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
. "$here/root.sh"

make_base "$work/base"
fetch_dependencies "$work/base" "$packages"/*.deb
scratch=$(mktemp -d "$work/cycle.XXXXXX")
folder=$scratch
with_root "$work/base" "$folder"
root=$folder/root
mkdir "$root/first" "$root/second"
cp "$packages"/*.deb "$root/first/"
"$here/newer.sh" "$packages" "$root/second"
# The network is not needed, and what is started must not meet anything of this system.
run() { unshare -n env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
listing() {
  run find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run -o -path /first -o -path /second \
    -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd/deb-systemd-helper-enabled \
    -o -path /var/log \) -prune -o -print | sort
}
apt_install() {
  run apt-get install -qq -y --no-install-recommends --allow-downgrades -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold "$@" >"$folder/apt.log" 2>&1 || { cat "$folder/apt.log"; fail "apt-get install $*"; }
}

# What they depend on is not ours to remove.
apt_install $(run sh -c 'dpkg-deb -f /first/libechopool0_*.deb Depends; dpkg-deb -f /first/echopool-client_*.deb Depends' |
  tr ',' '\n' | sed 's/ *(.*//; s/ //g' | grep '^lib' | sort -u)
listing >"$folder/before"

apt_install $(cd "$root" && printf './%s ' first/*.deb)
run getent passwd _echopool >/dev/null || fail "there is no user _echopool"
[ -L "$root/etc/systemd/system/multi-user.target.wants/echopoold.service" ] || fail "echopoold.service is not enabled"
[ ! -e "$root/etc/systemd/system/sockets.target.wants/echopoold.socket" ] || fail "echopoold.socket is enabled without being asked for"
run echopoold --check-config >/dev/null || fail "the shipped configuration is wrong"
[ "$(run echopoold --dump-config | sed -n 's/^listen = \(.*[^ ]\) *#.*/\1/p' | tr ', ' '\n\n' | grep -cvE '^$|^127\.0\.0\.1:|^\[::1\]:')" -eq 0 ] ||
  fail "as installed, something beyond loopback is listened on"
complaints=$(run systemd-analyze verify --man=no echopoold.service echopoold.socket echopoold-activated.service 2>&1 |
  grep -v 'kernel does not support IPv6' || true)  # it looks in /proc, which is not mounted
[ -z "$complaints" ] || fail "systemd-analyze verify: $complaints"
[[ $(run ldconfig -p) == *'libechopool.so.0 '* ]] || fail "ldconfig has not been run for libechopool.so.0"
ok "apt installs the packages: user, well-formed units, enabled service, right configuration, loopback alone"

! run dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'libboost*-dev' 2>/dev/null | grep ' installed$' || fail "libechopool-dev has brought in a -dev package of Boost"
run apt-get install -qq --simulate libboost-dev >"$folder/apt.log" 2>&1 || { cat "$folder/apt.log"; fail "libboost-dev cannot be installed beside libechopool-dev"; }
ok "libechopool-dev needs no -dev package of Boost, and allows Debian's own"

set_option "$root/etc/echopool/echopoold.ini" timeouts idle 61s
apt_install $(cd "$root" && printf './%s ' second/*.deb)
grep -q '^idle = 61s$' "$root/etc/echopool/echopoold.ini" || fail "the upgrade has overwritten an edited echopoold.ini"
run echopoold --check-config >/dev/null || fail "the configuration is wrong after the upgrade"
[ -e "$root/etc/echopool/echopoold.ini.dpkg-dist" ] || fail "the new echopoold.ini is not put beside the edited one"
ok "an upgrade keeps an edited echopoold.ini and puts the new one beside it"

names=(echopool-server echopool-client libechopool-dev libechopool0)
run apt-get remove -qq -y "${names[@]}" '*-dbgsym' >/dev/null 2>&1 || run dpkg --remove echopool-server-dbgsym echopool-client-dbgsym libechopool0-dbgsym "${names[@]}" >/dev/null
[ -e "$root/etc/echopool/echopoold.ini" ] || fail "remove has taken the configuration away"
ok "remove keeps the configuration"

run dpkg --purge "${names[@]}" >/dev/null 2>&1
rm -f "$root"/etc/{passwd,group,shadow,gshadow,subuid,subgid}-
listing >"$folder/after"
diff "$folder/before" "$folder/after" | grep -vE '/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|^[0-9,acd]+$' >"$folder/left" || true
[ ! -s "$folder/left" ] || { cat "$folder/left"; fail "purge leaves something behind"; }
! run getent passwd _echopool >/dev/null || fail "purge leaves the user behind"
[ -z "$(run sh -c 'find /var/lib/systemd/deb-systemd-helper* -name "*echopool*" 2>/dev/null')" ] || fail "purge leaves systemd's state behind"
ok "purge leaves nothing behind"
