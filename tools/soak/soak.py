#!/usr/bin/env python3
"""soak.py MINUTES: a mixed load in rounds, half of the time under each discipline; after every round the service is left
alone until no connection is open, and its memory, descriptors and threads are written down. Exit status 1 unless they
stay flat: descriptors and threads the same every time, memory not growing."""

import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/support"))
from running_daemon import Daemon, connect, echoes, eventually, reset  # noqa: E402

ROUND = 5.0  # seconds of load before each look
WARM_UP = 0.25  # of the looks are for caches, stacks and the allocator to find their size
GROWTH_KIB = 128  # of memory, which the allocator's pages and a log line more or less explain


def converse(port, rng):
    echoes(port, os.urandom(rng.randrange(1, 4000)))


def pipeline(port, rng):
    with connect(port) as client:
        for _ in range(20):
            piece = os.urandom(rng.randrange(1, 2000))
            client.sendall(piece)
            got = b""
            while len(got) < len(piece):
                got += client.recv(65536)
            if got != piece:
                raise AssertionError("another echo than what was sent")


def bulk_and_half_close(port, rng):
    with connect(port) as client:
        data = os.urandom(rng.randrange(10_000, 60_000))
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        got = b""
        while piece := client.recv(65536):
            got += piece
        if got != data:
            raise AssertionError("bytes were lost")


def leave_in_the_middle(port, rng):
    client = connect(port)
    client.sendall(os.urandom(rng.randrange(1, 100_000)))
    if rng.random() < 0.5:
        reset(client)
    else:
        client.close()


def fall_silent(port, _rng):
    with connect(port) as client:
        client.sendall(b"x")
        client.recv(1)
        client.recv(1)  # until the idle limit


def knock(port, _rng):
    reset(connect(port))


DOINGS = [converse, converse, pipeline, bulk_and_half_close, leave_in_the_middle, fall_silent, knock]


class Load:
    def __init__(self, daemon, seed):
        self.over, self.done, self.wrong = threading.Event(), 0, []
        self.threads = [threading.Thread(target=self._run, args=(daemon.port, random.Random(seed * 100 + i)))
                        for i in range(6)]
        self.threads.append(threading.Thread(target=self._datagrams, args=(daemon.udp_port,)))
        for thread in self.threads:
            thread.start()

    def _run(self, port, rng):
        while not self.over.is_set():
            try:
                rng.choice(DOINGS)(port, rng)
                self.done += 1
            except (AssertionError, OSError) as error:
                self.wrong.append(repr(error))

    def _datagrams(self, port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(0.2)
            peer.connect(("127.0.0.1", port))
            while not self.over.is_set():
                try:
                    peer.send(b"datagram")
                    peer.recv(100)
                except TimeoutError:
                    pass  # over the rate for one source
                time.sleep(0.001)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()


def slope(points):
    """Least squares, per minute."""
    n, mean_x, mean_y = len(points), sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 60 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if n > 1 and spread else 0.0


def soak(idle, seconds):
    looks, requests, wrong = [], 0, []
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write("[timeouts]\nidle = 500ms\nlinger = 100ms\n[limits]\nper_source = 500\n")
        file.flush()
        with Daemon("-c", file.name, f"--pool.idle={idle}", "--pool.workers=8", "--log.connections=off") as daemon:
            start = time.monotonic()
            while time.monotonic() < start + seconds:
                load = Load(daemon, len(looks))
                time.sleep(min(ROUND, seconds / 8))
                daemon.process.send_signal(signal.SIGHUP)
                load.end()
                requests += load.done
                wrong += load.wrong
                base = looks[0][2] if looks else None
                eventually(lambda: daemon.descriptors() == base, 2) if base else time.sleep(1)
                looks.append((time.monotonic() - start, daemon.rss_kib(), daemon.descriptors(), daemon.threads()))
            status = daemon.stop()
    warm = looks[int(len(looks) * WARM_UP):]
    memory = [look[1] for look in warm]
    growth = max(memory[len(memory) // 2:]) - max(memory[:len(memory) // 2] or memory)
    print(f"{idle}: {requests} conversations in {seconds:.0f} s, {len(looks)} looks; exit status {status}")
    print(f"  memory       {memory[0]} to {memory[-1]} KiB, slope {slope([(l[0], l[1]) for l in warm]):+.2f} KiB a minute, "
          f"grown by {growth} KiB in the second half (goal: <= {GROWTH_KIB})")
    flat = growth <= GROWTH_KIB and status == 0 and not wrong
    for name, column in (("descriptors", 2), ("threads", 3)):
        values = [look[column] for look in warm]
        print(f"  {name:<12} {min(values)} to {max(values)}, slope {slope([(l[0], l[column]) for l in warm]):+.2f} a minute")
        flat = flat and min(values) == max(values)
    for error in wrong[:5]:
        print(f"  WRONG: {error}")
    return flat


minutes = float(sys.argv[1])
results = [soak(idle, minutes * 30) for idle in ("park", "hold")]
print("flat" if all(results) else "NOT FLAT")
sys.exit(0 if all(results) else 1)
