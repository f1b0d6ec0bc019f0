#!/usr/bin/env bash
# What the README promises, on a fresh Debian: the work tree is copied into one, and ./dev demo, test and package run there
# as root. The packages are then tried on fresh systems of the same release (cycle.sh, boot.sh).
# usage: elsewhere.sh [SUITE [unit]]   (unit: everything is built, and of the tests only the unit tests run)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
export ECHOPOOL_SUITE=${1:-trixie}
what=${2:-all}
. "$here/root.sh"
work=$top/build/elsewhere/$suite
mkdir -p "$work/ccache" "$work/archives"

# The rest runs in namespaces of its own: whatever ends this, nothing stays mounted and no process is left.
if [ -z "${ECHOPOOL_FOLDER:-}" ]; then
  make_base "$work/base"
  unshare --mount --pid --fork true 2>/dev/null || skip "this system allows no namespaces"
  ECHOPOOL_FOLDER=$(mktemp -d "$work/build.XXXXXX")
  export ECHOPOOL_FOLDER
  apart=
  finish() {
    [ -z "$apart" ] || { kill -KILL "$apart"; wait "$apart"; } 2>/dev/null || true
    rm -rf --one-file-system "$ECHOPOOL_FOLDER"
  }
  trap finish EXIT
  trap 'exit 143' TERM INT HUP
  unshare --mount --propagation private --pid --fork --kill-child "$0" "$suite" "$what" &
  apart=$!
  wait "$apart"
  apart=
  [ "$what" = all ] || exit 0
  "$here/run.sh" "$work/packages" "$work" cycle boot
  exit
fi

root=$ECHOPOOL_FOLDER/root
with_root "$work/base" "$ECHOPOOL_FOLDER"
mountpoint -q "$root" || mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mkdir -p "$root/root/.cache/ccache" "$root/echopool"
mount --bind "$work/ccache" "$root/root/.cache/ccache"
mount --bind "$work/archives" "$root/var/cache/apt/archives"
cd "$top"
git ls-files -z --cached | while IFS= read -r -d '' file; do
  [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --null -T - -cf - | tar -C "$root/echopool" --no-same-owner -xf -
git -C "$root/echopool" init -q
git -C "$root/echopool" add -A

# there COMMAND…: in the copy; its output is told when it fails. The root is changed by pivot_root(2): below a chroot(2) no
# test could make a user namespace.
there() {
  local start=$SECONDS
  (cd "$root" && unshare --mount --propagation private sh -c 'pivot_root . . && umount --lazy . && exec "$@"' sh \
    "${clean[@]}" HOME=/root ${ECHOPOOL_JOBS:+"ECHOPOOL_JOBS=$ECHOPOOL_JOBS"} sh -c 'cd /echopool && exec "$@"' sh "$@") \
    >"$work/there.log" 2>&1 </dev/null || { cat "$work/there.log"; fail "$suite: $*"; }
  ok "$suite: $* ($((SECONDS - start)) s)"
}
if [ "$what" = unit ]; then
  there ./dev test -L unit
  exit 0
fi
there ./dev demo
there ./dev test
sed -n '/tests passed/,$p' "$work/there.log"
there ./dev package DEB
rm -rf "$work/packages"
cp -a "$root/echopool/build/packages" "$work/packages"
