#!/bin/sh
# usage: finish.sh PACKAGE.deb|PACKAGE.ddeb; see finish.cmake
set -eu
package=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$folder/root
dpkg-deb -R "$package" "$root"
control=$root/DEBIAN/control

level=6
name=$(sed -n 's/^Package: //p' "$control")
case $name in
  libechopool0)
    rm -f "$root/DEBIAN/postinst" "$root/DEBIAN/postrm"
    sed -i '/^Architecture:/a Multi-Arch: same' "$control" ;;
  libechopool-dev)
    sed -i '/^Architecture:/a Multi-Arch: same' "$control" ;;
  *-dbgsym)
    level=1
    sed -i '/^Architecture:/a Multi-Arch: same' "$control"
    find "$root/usr" -type f -exec chmod 644 {} +
    mkdir -p "$root/usr/share/doc"
    ln -s "${name%-dbgsym}" "$root/usr/share/doc/$name" ;;
esac

(cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
[ -z "${SOURCE_DATE_EPOCH:-}" ] || find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# One thread, or the bytes would depend on the number of processors.
dpkg-deb --root-owner-group --threads-max=1 -Zxz -z$level -b "$root" "$package" >/dev/null
