#!/usr/bin/env bash
# The .deb packages on a minimal Debian that is booted in a container; what happens there is in booted.sh.
# usage: boot.sh PACKAGES WORK
set -euo pipefail
packages=$(readlink -f "$1") work=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
. "$here/root.sh"

command -v systemd-nspawn >/dev/null || skip "systemd-nspawn is not installed"
make_base "$work/base"
fetch_dependencies "$work/base" "$packages"/*.deb
folder=$(mktemp -d "$work/boot.XXXXXX")
with_root "$work/base" "$folder"
root=$folder/root
mkdir "$root/first" "$root/second"
cp "$packages"/*.deb "$root/first/"
rm -f "$root"/first/*-dbgsym_*.deb
"$here/newer.sh" "$root/first" "$root/second"
cp "$here/steps.sh" "$here/booted.sh" "$root/"
cat >"$root/etc/systemd/system/booted.service" <<'UNIT'
[Unit]
Description=Test of the packages
SuccessAction=exit
FailureAction=exit
[Service]
Type=oneshot
ExecStart=/bin/bash /booted.sh
StandardOutput=file:/booted.log
StandardError=file:/booted.err
TimeoutStartSec=300
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../booted.service "$root/etc/systemd/system/multi-user.target.wants/"

# Registered nowhere and with a network of its own: nothing is left of it. The cgroup hierarchy is that of Debian 12,
# whatever this system has.
boot() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout --foreground 400 systemd-nspawn --quiet --register=no --keep-unit \
    --private-network --machine=echopool-test --capability=CAP_BPF --directory="$root" --boot \
    </dev/null >"$folder/console.log" 2>&1
}
status=0
boot || status=$?
if [ ! -e "$root/booted.log" ]; then
  tail -5 "$folder/console.log"
  skip "systemd-nspawn cannot boot a container here (status $status)"
fi
cat "$root/booted.log"
[ $status -eq 0 ] || { cat "$root/booted.err"; fail "the test in the container ended with status $status"; }
