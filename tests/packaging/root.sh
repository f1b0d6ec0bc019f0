# Sourced: scratch Debian systems to try packages in. Needs root, debootstrap, and a mirror: the one apt has on this system.

. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/steps.sh"

release() { . /etc/os-release; printf '%s' "$VERSION_CODENAME"; }
suite=${ECHOPOOL_SUITE:-$(release)}  # of the scratch systems

# make_base FOLDER: a minimal Debian with systemd and rsyslog in it, made once.
make_base() {
  local base=$1 mirror contents
  contents="$suite systemd,systemd-sysv,rsyslog,logrotate"
  [ "$(id -u)" -eq 0 ] || skip "a scratch system needs root"
  command -v debootstrap >/dev/null || skip "debootstrap is not installed"
  [ "$(cat "$base/.complete" 2>/dev/null)" != "$contents" ] || return 0
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(IDENTIFIER)' |
    awk -v release="$(release)" '$2 == release && $3 == "main" && $4 == "Packages" { print $1; exit }')
  [ -n "$mirror" ] || skip "apt knows no mirror of $suite/main"
  rm -rf --one-file-system "$base"
  mkdir -p "$base"
  (use_apt_proxy
   debootstrap --variant=minbase --include="${contents#* }" "$suite" "$base" "$mirror") >"$base.log" 2>&1 ||
    { tail "$base.log"; skip "debootstrap cannot make a scratch system"; }
  apt-config dump | grep -iE '^Acquire::(http|https)[:" ]' >"$base/etc/apt/apt.conf.d/10host" || true
  [ ! -d /etc/apt/auth.conf.d ] || cp -a /etc/apt/auth.conf.d "$base/etc/apt/"
  chroot "$base" apt-get update -qq
  echo "$contents" >"$base/.complete"
}

# debootstrap reads the environment alone, apt its configuration as well.
use_apt_proxy() {
  local proxy
  proxy=$(apt-config dump Acquire::http::Proxy | sed -n 's/^Acquire::http::Proxy "\(.*\)";$/\1/p')
  [ -z "$proxy" ] || export http_proxy=$proxy
}

# fetch_dependencies BASE PACKAGE…: into apt's cache there, so that installing needs no network.
fetch_dependencies() {
  local base=$1; shift
  mkdir -p "$base/packages"
  rm -f "$base"/packages/*
  cp "$@" "$base/packages/"
  # The mirror may have newer packages than it had when the base was made.
  fetch "$base" >"$base.log" 2>&1 || { in_root "$base" apt-get update -qq && fetch "$base"; } >"$base.log" 2>&1 ||
    { tail "$base.log"; fail "apt cannot fetch what the packages depend on"; }
  rm -rf "$base/packages"
}

fetch() {
  in_root "$1" apt-get install -qq -y --no-install-recommends --download-only $(cd "$1" && printf './%s ' packages/*)
}

clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive
  ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} ${no_proxy:+"no_proxy=$no_proxy"})

# in_root ROOT COMMAND…
in_root() {
  local root=$1; shift
  "${clean[@]}" chroot "$root" "$@"
}

# with_root BASE FOLDER: a copy of the base that costs nothing, at FOLDER/root until the shell ends.
with_root() {
  local base=$1 folder=$2
  mkdir -p "$folder/upper" "$folder/work" "$folder/root"
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$folder/root" 2>/dev/null ||
    cp -a "$base/." "$folder/root/"
  trap "leave_root '$folder'" EXIT  # the name as it is now
}

# leave_root FOLDER: what is still mounted is not removed with it.
leave_root() {
  local folder=$1 mounted
  while mounted=$(awk -v root="$folder/root" '$2 == root || index($2, root "/") == 1 { last = $2 } END { print last }' /proc/self/mounts) &&
    [ -n "$mounted" ]; do
    umount "$mounted" 2>/dev/null || umount --lazy "$mounted" || return
  done
  rm -rf --one-file-system "$folder"
}
