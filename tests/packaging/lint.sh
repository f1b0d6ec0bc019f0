#!/usr/bin/env bash
# lintian, rpmlint, systemd-analyze and the shell have nothing to say against the packages. usage: lint.sh PACKAGES
set -euo pipefail
packages=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
. "$here/steps.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# No overrides: what lintian would only inform about is left out, errors and warnings are not.
lintian --allow-root --fail-on error,warning --display-level '>=warning' "$packages"/*.deb || fail "lintian complains"
ok "lintian: no error, no warning"

ls "$packages"/*.rpm >/dev/null 2>&1 || fail "there are no .rpm packages in $packages"
rpmlint --config "$here/../../packaging/rpm/rpmlint.toml" "$packages"/*.rpm >rpmlint.log || true
grep -q ' 0 errors' rpmlint.log || { cat rpmlint.log; fail "rpmlint complains"; }
ok "rpmlint: no error but those that packaging/rpm/rpmlint.toml names and explains"

dpkg-deb -x "$packages"/echopool-server_*.deb server
dpkg-deb -e "$packages"/echopool-server_*.deb control
for script in control/postinst control/prerm control/postrm; do sh -n "$script" || fail "$script is no shell script"; done
for script in POSTIN PREUN POSTUN; do
  rpm -qp --qf "%{$script}" "$packages"/echopool-server-[0-9]*.rpm >"$script"
  grep -q echopoold "$script" && sh -n "$script" || fail "%$script is no shell script"
done
ok "the scripts of the packages are shell scripts"

# exposure UNIT LIMIT
exposure() {
  local score
  score=$(systemd-analyze security --offline=true "server/usr/lib/systemd/system/$1" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
  awk -v score="$score" -v limit="$2" 'BEGIN { exit !(score != "" && score <= limit) }' || fail "$1: exposure $score, more than $2"
  ok "$1: exposure $score"
}
exposure echopoold.service 1.4
exposure echopoold-activated.service 0.5

! dpkg-deb -c "$packages"/libechopool-dev_*.deb | grep -i boost || fail "libechopool-dev carries Boost"
! dpkg-deb -f "$packages"/libechopool-dev_*.deb Depends | grep -i boost || fail "libechopool-dev depends on Boost's -dev packages"
ok "libechopool-dev needs nothing of Boost"
