# Runs inside of the container, as a service of its systemd: what an administrator does with the packages, in order.
set -euo pipefail
cd /
. /steps.sh
# The container is gone when a failure is read.
trap '[ $? -eq 0 ] || journalctl --no-pager --quiet -o short-precise -n 25' EXIT
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8

apt_install() {
  apt-get install -qq -y --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    "$@" >/apt.log 2>&1 || { cat /apt.log; fail "apt-get install $*"; }
}
pid_of() { systemctl show --value -p MainPID "$1"; }
journal_has() { journalctl --quiet --no-pager -u "$1" -g "$2" >/dev/null 2>&1; }
answers_tcp() { head -c 200000 /dev/urandom | echopool talk --verify --wait 5s "$1" "$2" >/dev/null 2>/talk.err; }
answers_udp() { echo hello | echopool talk -u --verify --wait 5s "$1" "$2" >/dev/null 2>/talk.err; }
answers() { answers_tcp "$1" "$2" && answers_udp "$1" "$2"; }
# Addresses that anything listens on, as /proc/net has them, without the loopback ones.
open_to_others() {
  { awk '$4 == "0A" { print $2 }' /proc/net/tcp /proc/net/tcp6; awk 'FNR > 1 { print $2 }' /proc/net/udp /proc/net/udp6; } |
    grep -vE '^0100007F:|^00000000000000000000000001000000:' || true
}

apt_install ./first/*.deb
eventually 20 systemctl --quiet is-active echopoold.service || { systemctl status echopoold.service; fail "the service is not active"; }
answers 127.0.0.1 51423 || fail "no answer over IPv4: $(cat /talk.err)"
answers ::1 51423 || fail "no answer over IPv6: $(cat /talk.err)"
ok "installed: the service is active and answers over TCP and UDP"
systemctl --quiet is-enabled echopoold.service || fail "the service is not enabled"
! systemctl --quiet is-enabled echopoold.socket || fail "the socket is enabled"
[ -z "$(open_to_others)" ] || fail "something listens beyond loopback: $(open_to_others)"
ok "nothing listens beyond loopback, and the socket waits for the administrator"

pid=$(pid_of echopoold.service)
[ "$(stat -c %U "/proc/$pid")" = _echopool ] || fail "it does not run as _echopool"
grep -q '^CapEff:.*0000000000000400$' "/proc/$pid/status" || fail "it has more capabilities than to bind low ports"
grep -q '^NoNewPrivs:.*1$' "/proc/$pid/status" && grep -q '^Seccomp:.*2$' "/proc/$pid/status" || fail "it is not confined"
ok "it runs as _echopool, confined, with one capability"

eventually 10 journal_has echopoold.service '^started version=' || fail "no 'started' in the journal"
eventually 10 journal_has echopoold.service '^connection closed .*reason=peer_closed rx=200000 tx=200000' || fail "no 'connection closed' in the journal"
[[ $(systemctl status echopoold.service) == *'Status: "listening on '* ]] || fail "systemctl status does not say where it listens"
ok "its lines are in the journal, and systemctl status says where it listens"

set_option /etc/echopool/echopoold.ini timeouts idle 61s
systemctl reload echopoold.service
eventually 10 journal_has echopoold.service '^reloaded .*changed=timeouts.idle' || fail "no 'reloaded' in the journal"
[ "$(pid_of echopoold.service)" = "$pid" ] || fail "a reload has restarted it"
ok "an edited INI file is read by systemctl reload"
cp /etc/echopool/echopoold.ini /good.ini
echo 'idel = 1s' >>/etc/echopool/echopoold.ini
! systemctl reload echopoold.service 2>/dev/null || fail "systemctl reload accepts a broken INI file"
journal_has echopoold.service 'echopoold.ini:[0-9]*:.*idel' || fail "the journal does not name what is broken"
answers 127.0.0.1 51423 || fail "a broken INI file has harmed the running service"
cp /good.ini /etc/echopool/echopoold.ini
ok "a broken INI file fails the reload, is named in the journal, and changes nothing"

set_option /etc/echopool/echopoold.ini tcp listen '*:9'
set_option /etc/echopool/echopoold.ini udp listen '*:9'
set_option /etc/echopool/echopoold.ini log sinks 'syslog, file'
set_option /etc/echopool/echopoold.ini log file /var/log/echopoold/echopoold.log
systemctl restart echopoold.service
answers 127.0.0.1 9 && answers ::1 9 || fail "it does not serve port 9 on every address: $(cat /talk.err)"
grep -q 'connection closed' /var/log/echopoold/echopoold.log || fail "it does not write its log file"
ok "opened to the network on a port below 1024, with a log file, still confined"
cp /good.ini /etc/echopool/echopoold.ini
systemctl restart echopoold.service

examples=/usr/share/doc/echopool-server/examples/rsyslog
cp $examples/echopoold.conf /etc/rsyslog.d/30-echopoold.conf
cp $examples/logrotate /etc/logrotate.d/echopoold
: >/var/log/syslog
systemctl restart rsyslog.service
logged() { answers_tcp 127.0.0.1 51423 && grep -q 'echopoold\[[0-9]*\]: connection closed ' /var/log/echopoold.log; }
eventually 10 logged || fail "rsyslog does not write echopoold's file"
! grep -q 'connection closed' /var/log/syslog || fail "rsyslog writes echopoold's lines elsewhere as well"
logrotate --force /etc/logrotate.d/echopoold && [ -s /var/log/echopoold.log.1 ] || fail "logrotate does not rotate echopoold's file"
eventually 10 logged || fail "rsyslog does not begin a new file after logrotate"
ok "the examples for rsyslog and logrotate give echopoold a file of its own"
rm /etc/rsyslog.d/30-echopoold.conf /etc/logrotate.d/echopoold

systemctl enable --now --quiet echopoold.socket
! systemctl --quiet is-active echopoold-activated.service || fail "the socket has started its service before there was work"
answers 127.0.0.1 7 || fail "no answer on port 7: $(cat /talk.err)"
answers ::1 7 || fail "no answer on port 7 over IPv6: $(cat /talk.err)"
systemctl --quiet is-active echopoold-activated.service || fail "the activated service is not active"
[ -z "$(open_to_others)" ] || fail "the socket listens beyond loopback: $(open_to_others)"
activated=$(pid_of echopoold-activated.service)
[ "$(readlink "/proc/$activated/ns/net")" != "$(readlink /proc/self/ns/net)" ] || fail "the activated service has a network"
grep -q '^CapEff:.*0000000000000000$' "/proc/$activated/status" || fail "the activated service has capabilities"
eventually 10 journal_has echopoold-activated.service '^connection closed' || fail "no lines of the activated service in the journal"
ok "socket activation serves port 7 over TCP and UDP, without network, capabilities or user"
mkdir -p /etc/systemd/system/echopoold.socket.d
printf '[Socket]\nListenStream=\nListenStream=7\nListenDatagram=7\n' >/etc/systemd/system/echopoold.socket.d/override.conf
systemctl daemon-reload
systemctl stop echopoold-activated.service
systemctl restart echopoold.socket
[ -n "$(open_to_others)" ] || fail "the drop-in has not opened the socket"
answers 127.0.0.1 7 && answers ::1 7 || fail "no answer on port 7 with the drop-in: $(cat /talk.err)"
ok "a drop-in opens port 7 to the network"

mkdir -p /etc/systemd/system/echopoold.service.d
printf '[Service]\nWatchdogSec=4s\n' >/etc/systemd/system/echopoold.service.d/override.conf
systemctl daemon-reload
systemctl restart echopoold.service
sleep 6
[ "$(systemctl show --value -p NRestarts echopoold.service)" -eq 0 ] || fail "the watchdog bites a healthy service"
pid=$(pid_of echopoold.service)
kill -STOP "$pid"
restarted() { [ "$(systemctl show --value -p NRestarts echopoold.service)" -ge 1 ] && systemctl --quiet is-active echopoold.service; }
eventually 30 restarted || fail "the watchdog does not restart a service that hangs"
answers 127.0.0.1 51423 || fail "no answer after the watchdog: $(cat /talk.err)"
ok "the watchdog lets a healthy service live, and kills and restarts one that hangs"
rm -r /etc/systemd/system/echopoold.service.d
systemctl daemon-reload

systemctl stop echopoold.service
eventually 10 journal_has echopoold.service '^stopped drained=' || fail "no 'stopped' in the journal"
activated=$(pid_of echopoold-activated.service)
apt_install ./second/*.deb
! systemctl --quiet is-active echopoold.service || fail "the upgrade has started what was stopped"
grep -q 'idle = 61s' /etc/echopool/echopoold.ini || fail "the upgrade has overwritten an edited INI file"
restarted() { [ "$(pid_of echopoold-activated.service)" != "$activated" ]; }
restarted || fail "the upgrade has not restarted what ran"
answers 127.0.0.1 7 || fail "no answer on port 7 after the upgrade: $(cat /talk.err)"
ok "an upgrade restarts what ran, leaves alone what was stopped, and keeps the edited INI file"
systemctl start echopoold.service
pid=$(pid_of echopoold.service)
apt_install --reinstall ./second/*.deb
[ "$(pid_of echopoold.service)" != "$pid" ] && answers 127.0.0.1 51423 || fail "installing anew does not restart the service"
systemctl disable --quiet echopoold.service
apt_install --reinstall ./second/*.deb
! systemctl --quiet is-enabled echopoold.service || fail "an upgrade enables what the administrator has disabled"
ok "what the administrator has disabled stays disabled"

apt-get remove -qq -y echopool-server >/apt.log 2>&1
! pgrep -x echopoold >/dev/null 2>&1 || fail "remove leaves a server running"
for unit in echopoold.service echopoold.socket echopoold-activated.service; do
  [ "$(systemctl show --value -p ActiveState "$unit")" = inactive ] || fail "remove leaves $unit $(systemctl show --value -p ActiveState "$unit")"
done
! answers 127.0.0.1 7 || fail "port 7 is still served after remove"
[ -e /etc/echopool/echopoold.ini ] || fail "remove has taken the configuration away"
ok "remove stops everything and keeps the configuration"
rm -r /etc/systemd/system/echopoold.socket.d
apt-get purge -qq -y echopool-server echopool-client libechopool-dev libechopool0 >/apt.log 2>&1
left=$(find /etc /usr /var/log/echopoold /var/lib/systemd -name '*echopool*' 2>/dev/null || true)
[ -z "$left" ] || fail "purge leaves $left"
! getent passwd _echopool >/dev/null || fail "purge leaves the user"
ok "purge leaves nothing behind"
