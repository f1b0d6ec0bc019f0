#!/bin/sh
# with_syslog.sh COMMAND…: runs it where /dev/log is a datagram socket that is read, in a mount namespace of its
# own: what logging costs is measured against it, and no real log is filled.
set -eu
if [ "${1:-}" != --inside ]; then
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=--map-root-user
  exec unshare --mount ${as_root:+"$as_root"} "$0" --inside "$@"
fi
shift
outside=$(mktemp -d)
mount --rbind /dev "$outside"
mount -t tmpfs none /dev
for device in null urandom; do
  : >"/dev/$device"
  mount --bind "$outside/$device" "/dev/$device"
done
umount --lazy "$outside"
rmdir "$outside"
socat -u -b 8192 UNIX-RECV:/dev/log OPEN:/dev/null &
while [ ! -S /dev/log ]; do kill -0 $!; sleep 0.01; done
exec "$@"
