#!/usr/bin/env python3
"""What the service withstands, in figures: each is printed against its goal, and one that is missed makes the exit
status 1. `--quick` does less of everything and judges no times: what ordinary CI can run on a busy machine."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/support"))
from running_daemon import BUILD, Daemon, connect, echoes, eventually, reset  # noqa: E402

QUICK = "--quick" in sys.argv
missed = []


def figure(what, value, goal, unit="", least=None, timed=True):
    """A value must not pass its goal; `timed` ones are not judged in a quick run. `least`: the goal is a floor."""
    good = value >= goal if least else value <= goal
    judged = not (timed and QUICK)
    mark = "ok" if good else "MISSED" if judged else "not judged"
    print(f"{what:<66} {value:>10.2f} {unit:<4} goal {'>=' if least else '<='} {goal:g}  {mark}", flush=True)
    if judged and not good:
        missed.append(what)


def holds(what, truth):
    print(f"{what:<66} {'yes' if truth else 'NO':>10}", flush=True)
    if not truth:
        missed.append(what)


def without_descriptors(idle):
    seconds = 1 if QUICK else 5
    with Daemon(f"--pool.idle={idle}", "--limits.connections=100") as daemon:
        before = daemon.limit_descriptors(daemon.descriptors())
        waiting = connect(daemon.port)
        waiting.sendall(b"x")
        start_cpu, start_lines = daemon.cpu_seconds(), daemon.log().count("accept paused")
        time.sleep(seconds)
        cpu = (daemon.cpu_seconds() - start_cpu) / seconds * 100
        lines = (daemon.log().count("accept paused") - start_lines) / seconds
        daemon.limit_descriptors(before)
        start = time.monotonic()
        holds(f"{idle}: a client that came without descriptors is served with them", waiting.recv(1) == b"x")
        figure(f"{idle}: no descriptors for {seconds} s: CPU of a core", cpu, 5, "%")
        figure(f"{idle}: no descriptors for {seconds} s: log lines a second", lines, 1.2)
        figure(f"{idle}: time until it is served, once there are descriptors", time.monotonic() - start, 1.2, "s")


def few_descriptors(idle):
    with Daemon(f"--pool.idle={idle}", "--pool.workers=8", before=["prlimit", "--nofile=64:64"]) as daemon:
        before, start = daemon.descriptors(), daemon.cpu_seconds()
        pending = [connect(daemon.port) for _ in range(200)]
        served = 0
        for client in pending:
            client.sendall(b"x")
        end = time.monotonic() + 30
        while pending and time.monotonic() < end:
            for client in list(pending):
                client.settimeout(0.01)
                try:
                    served += client.recv(1) == b"x"
                    pending.remove(client)
                    client.close()
                except TimeoutError:
                    pass
        holds(f"{idle}: 64 descriptors, 200 clients: all are served in turn", served == 200)
        holds(f"{idle}: and then there are as many descriptors as before", eventually(lambda: daemon.descriptors() == before))
        figure(f"{idle}: CPU time it took", daemon.cpu_seconds() - start, 0.5, "s")


def no_room_for_threads():
    start = time.monotonic()
    result = subprocess.run(["prlimit", f"--as={300 << 20}", BUILD / "bin/echopoold", "--log.sinks=stderr",
                             "--tcp.listen=127.0.0.1:0", "--udp.listen=", "--pool.workers=4000"],
                            capture_output=True, text=True, timeout=30)
    holds("no memory for its threads: it ends with status 1 and says what to do",
          result.returncode == 1 and "ask for fewer" in result.stderr)
    figure("no memory for its threads: it ends within", time.monotonic() - start, 1.0, "s")


def never_readers(idle):
    workers, limit = 4, 1.0
    with Daemon(f"--pool.idle={idle}", f"--pool.workers={workers}", "--timeouts.send=1s",
                "--socket.send_buffer=16K") as daemon:
        gone, stalled = [], []

        def offend():
            client = connect(daemon.port, 4096)
            last = time.monotonic()
            try:
                while True:
                    client.send(b"x" * 65536)
                    last = time.monotonic()
            except OSError:
                stalled.append(last)
                gone.append(time.monotonic())

        threads = [threading.Thread(target=offend) for _ in range(workers)]
        for thread in threads:
            thread.start()
        time.sleep(limit / 2)
        late = connect(daemon.port)
        late.sendall(b"late")
        answered = late.recv(4) == b"late" and time.monotonic()
        for thread in threads:
            thread.join()
        holds(f"{idle}: served although every worker was blocked", bool(answered))
        figure(f"{idle}: never-readers are gone after their stall", max(g - s for g, s in zip(gone, stalled)), limit * 1.1, "s")
        figure(f"{idle}: a client that came meanwhile waits after the first is gone", answered - min(gone), 0.1, "s")


def storm_of_resets(idle):
    count = 3_000 if QUICK else 100_000
    with Daemon(f"--pool.idle={idle}", "--log.connections=off") as daemon:
        def storm(number):
            for _ in range(number):
                client = socket.socket()
                client.connect(("127.0.0.1", daemon.port))
                reset(client)

        storm(2_000 if QUICK else 10_000)
        echoes(daemon.port)
        time.sleep(0.3)
        before = daemon.descriptors(), daemon.threads()
        memory = daemon.rss_kib()
        storm(count)
        holds(f"{idle}: {count} connects and resets: descriptors and threads as before",
              eventually(lambda: (daemon.descriptors(), daemon.threads()) == before))
        holds(f"{idle}: and it serves", echoes(daemon.port))
        figure(f"{idle}: {count} connects and resets: memory grown by", daemon.rss_kib() - memory, 1024, "KiB", timed=False)


def killed_and_restarted(idle):
    slowest, port = 0.0, 0
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    clients = []
    for _ in range(5 if QUICK else 100):
        start = time.monotonic()
        with Daemon(f"--pool.idle={idle}", port=port) as daemon:
            slowest = max(slowest, time.monotonic() - start)
            client = connect(port)
            client.sendall(b"x")
            client.recv(1)
            clients.append(client)  # alive when the server dies, so that its end keeps the address in use
            daemon.process.send_signal(signal.SIGKILL)
            daemon.process.wait()
    figure(f"{idle}: killed and started again on the same port: the slowest", slowest, 0.1, "s")


def terminated_under_load(idle):
    drain, slowest, lost, statuses = 2.0, 0.0, 0, set()
    rounds = 4 if QUICK else 100
    for number in range(rounds):
        with Daemon(f"--pool.idle={idle}", "--pool.workers=8", "--timeouts.drain=2s") as daemon:
            received, torn, over = [0] * 8, [False] * 8, threading.Event()

            def talk(i):
                try:
                    with connect(daemon.port) as client:
                        while not over.is_set():
                            client.sendall(b"y" * 2000)
                            want = 2000
                            while want > 0:
                                piece = client.recv(want)
                                if not piece:
                                    return
                                want -= len(piece)
                                received[i] += len(piece)
                except BrokenPipeError:
                    pass
                except OSError:
                    torn[i] = True

            threads = [threading.Thread(target=talk, args=(i,)) for i in range(8)]
            for thread in threads:
                thread.start()
            time.sleep(random.Random(number).uniform(0.02, 0.1))
            start = time.monotonic()
            statuses.add(daemon.stop())
            slowest = max(slowest, time.monotonic() - start)
            over.set()
            for thread in threads:
                thread.join()
            sent = sum(int(count) for count in re.findall(r"connection closed .* tx=(\d+)", daemon.log()))
            lost += sent - sum(received)
    holds(f"{idle}: {rounds} terminations under load: all exit with 0", statuses == {0})
    figure(f"{idle}: bytes sent and not received", lost, 0, "B", timed=False)
    figure(f"{idle}: the slowest end", slowest, drain + 0.5, "s")


class Syslog:
    """A syslog socket for one program alone: at /dev/log of a mount namespace that it is started in."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = self.folder.name + "/log"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.before = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs dev /dev && ln -s "$0" /dev/log && exec "$@"', path]
        self.text, self.reading = [], threading.Event()
        self.socket.settimeout(0.2)
        self.over = False
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        while self.reading.wait(0.05) or not self.over:
            try:
                if self.reading.is_set():
                    self.text.append(self.socket.recv(65536))
            except TimeoutError:
                if self.over:
                    return

    def end(self):
        self.reading.set()
        self.over = True
        self.thread.join()
        self.socket.close()
        self.folder.cleanup()
        return b"\n".join(self.text).decode()


def stuck_syslog(idle):
    count, costs = 1_000 if QUICK else 10_000, {True: [], False: []}
    if os.geteuid() != 0:
        print("stuck syslog: not measured, only root can make a /dev/log of the program's own")
        return
    for number in range(2 if QUICK else 10):
        stuck = number % 2 == 0
        syslog = Syslog()
        if not stuck:
            syslog.reading.set()
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            port = chosen.getsockname()[1]
        with Daemon(f"--pool.idle={idle}", port=port, before=syslog.before, sinks="syslog") as daemon:
            def answers():
                try:
                    return echoes(port)
                except OSError:
                    return False
            eventually(answers)
            start = daemon.cpu_seconds()
            for _ in range(count):
                echoes(port)
            costs[stuck].append(daemon.cpu_seconds() - start)
            syslog.reading.set()
            status = daemon.stop()
        text = syslog.end()
        lost = sum(int(n) for n in re.findall(r"log records lost count=(\d+)", text))
        if stuck:
            holds(f"{idle}: stuck syslog: lines written + lines lost = lines issued",
                  text.count("connection closed") + lost in range(count + 1, count + 5) and status == 0)
    ratio = sorted(costs[True])[len(costs[True]) // 2] / sorted(costs[False])[len(costs[False]) // 2]
    figure(f"{idle}: CPU per connection with a stuck syslog, to that with a good one", ratio, 1.1)


no_room_for_threads()
for discipline in ("park", "hold"):
    without_descriptors(discipline)
    few_descriptors(discipline)
    never_readers(discipline)
    storm_of_resets(discipline)
    killed_and_restarted(discipline)
    terminated_under_load(discipline)
    stuck_syslog(discipline)
print("missed: " + "; ".join(missed) if missed else "every figure is met")
sys.exit(1 if missed else 0)
