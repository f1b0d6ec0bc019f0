#!/usr/bin/env bash
# The same packages as a later version, with a changed configuration file, to upgrade to. usage: newer.sh PACKAGES TO
set -euo pipefail
packages=$1 to=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for package in "$packages"/*.deb; do
  root=$scratch/$(basename "$package")
  dpkg-deb -R "$package" "$root"
  version=$(sed -n 's/^Version: //p' "$root/DEBIAN/control")
  sed -i "s/^Version: .*/Version: $version+1/; /^Depends:/s/(= $version)/(= $version+1)/" "$root/DEBIAN/control"
  ini=$root/etc/echopool/echopoold.ini
  if [ -e "$ini" ]; then
    echo '# The later version.' >>"$ini"
    sed -i "s#^[0-9a-f]*  etc/echopool/echopoold.ini#$(md5sum <"$ini" | cut -d' ' -f1)  etc/echopool/echopoold.ini#" "$root/DEBIAN/md5sums"
  fi
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$root" "$to" >/dev/null
done
