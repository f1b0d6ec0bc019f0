#!/usr/bin/env bash
# The .rpm packages, put into a scratch system with rpm: their files, their scripts, and what a removal leaves. That
# system is a Debian: what the packages need of other distributions by name is not looked at.
# usage: rpm.sh PACKAGES WORK
set -euo pipefail
packages=$(readlink -f "$1") work=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
. "$here/root.sh"

command -v rpm >/dev/null || skip "rpm is not installed"
make_base "$work/base"
fetch_dependencies "$work/base" "$packages"/*.deb
folder=$(mktemp -d "$work/rpm.XXXXXX")
with_root "$work/base" "$folder"
root=$folder/root
mkdir -p "$root/debs"
cp "$packages"/*.deb "$root/debs/"
in_root "$root" sh -c 'apt-get install -qq -y --no-install-recommends $(for deb in debs/echopool-*_*.deb debs/libechopool0_*.deb; do
  dpkg-deb -f $deb Depends; done | tr "," "\n" | sed "s/ *(.*//; s/ //g" | grep "^libboost" | sort -u)' >"$folder/apt.log" 2>&1 || { cat "$folder/apt.log"; fail "Boost cannot be installed"; }
rm -r "$root/debs"
# The helper that Fedora's systemd has and Debian's has not writes down what it is asked for.
helper=$root/usr/lib/systemd/systemd-update-helper
with_helper() { printf '#!/bin/sh\necho "$@" >>/helper.log\n' >"$helper"; chmod +x "$helper"; }

mapfile -t all < <(ls "$packages"/*.rpm | grep -v -- -debuginfo-)
# Debian's rpm would rather be alien, and says so.
rpm_in_root() {
  rpm --root "$root" --define '_dbpath /var/lib/rpm' "$@" 2> >(grep -v -e 'RPM should not be used' -e 'However assuming' >&2)
}
rpm_in_root --initdb
rpm_in_root -i --nodeps "${all[@]}" || fail "rpm does not install the packages"
rpm_in_root -V --nodeps echopool-server echopool-client libechopool0 libechopool-devel || fail "installed files differ from the packages'"
in_root "$root" getent passwd _echopool >/dev/null || fail "there is no user _echopool"
wanted=$root/etc/systemd/system/multi-user.target.wants/echopoold.service
[ -L "$wanted" ] || fail "the presets say that echopoold.service is enabled, and it is not"
[ ! -e "$root/etc/systemd/system/sockets.target.wants" ] || fail "echopoold.socket is enabled without being asked for"
version=$(in_root "$root" env LD_LIBRARY_PATH=/usr/lib64 echopoold --version)
[ "$version" = "echopoold $(rpm_in_root -q --qf '%{VERSION}' echopool-server)" ] || fail "the installed echopoold says '$version'"
in_root "$root" env LD_LIBRARY_PATH=/usr/lib64 echopoold --check-config >/dev/null || fail "the shipped configuration is wrong"
ok "rpm installs the packages; the programs run, the user exists"

[ "$(rpm_in_root -qc echopool-server)" = /etc/echopool/echopoold.ini ] || fail "echopoold.ini is not marked as configuration"
[[ $(rpm_in_root -q --qf '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' echopool-server) == *'/etc/echopool/echopoold.ini cn'$'\n'* ]] ||
  fail "echopoold.ini is not %config(noreplace)"
! rpm_in_root -qa --qf '[%{FILENAMES}\n]' | grep -E 'changelog.Debian|changelog.gz|/copyright$|vendor-completions' ||
  fail "files of Debian's have got into the RPM packages"
[ "$(rpm_in_root -qa --qf '[%{FILEUSERNAME} %{FILEGROUPNAME}\n]' | sort -u)" = "root root" ] || fail "files of others than root"
ok "echopoold.ini is %config(noreplace), all files are root's, none are Debian's"

with_helper
rpm_in_root -U --force --nodeps "$packages"/echopool-server-[0-9]*.rpm
grep -q '^mark-restart-system-units echopoold.service echopoold-activated.service$' "$root/helper.log" || fail "an upgrade does not ask for a restart"
! grep -q '^remove-system-units' "$root/helper.log" || fail "an upgrade removes the units"
echo '# edited' >>"$root/etc/echopool/echopoold.ini"
rpm_in_root -e --nodeps echopool-server
grep -q '^remove-system-units echopoold.service echopoold.socket$' "$root/helper.log" || fail "a removal does not disable the units"
[ -e "$root/etc/echopool/echopoold.ini.rpmsave" ] || fail "a removal does not keep an edited echopoold.ini"
rpm_in_root -i --nodeps "$packages"/echopool-server-[0-9]*.rpm
grep -q '^install-system-units echopoold.service$' "$root/helper.log" || fail "an installation does not set the units up"
ok "the scripts set units up, mark them for restart and remove them, as systemd's macros would"

# Without the helper the scripts do themselves what it would.
rm "$helper"
rpm_in_root -e --nodeps echopool-server echopool-client libechopool0 libechopool-devel
left=$(find "$root"/etc "$root"/usr -name '*echopool*' ! -name '*.rpmsave' ! -path '*/etc/echopool' || true)
[ -z "$left" ] || fail "rpm -e leaves $left"
ok "rpm -e leaves nothing but an edited configuration"
