"""What the benchmarks share: servers pinned to one core, a load generator on the other, CPU as the kernel accounts it.

Two variants are always measured in turn, A B A B …, and compared pair by pair: these ratios hold when the machine's
speed drifts, absolute times do not."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ECHOPOOL_BUILD", ROOT / "build/release"))
SERVER_CORE, LOAD_CORE = "0", "1"
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server process on SERVER_CORE; a context manager that ends it."""

    def __init__(self, name, command, port):
        self.name, self.port = name, port
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.pid = self.process.pid
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    sys.exit(f"{name} does not start: {' '.join(map(str, command))}")
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        """User and system time, to the nanosecond where the scheduler tells it."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass
        if total:
            return total / 1e9
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def status(self, key):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        return 0

    def rss_kib(self):
        return self.status("VmRSS")

    def switches(self):
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith(("voluntary_ctxt", "nonvoluntary_ctxt")):
                    total += int(line.split()[1])
        return total


def echopoold(idle, workers, *options):
    def start():
        port = free_port()
        command = [BUILD / "bin/echopoold", "-c", "/dev/null", f"--tcp.listen=127.0.0.1:{port}", "--udp.listen=",
                   f"--pool.idle={idle}", f"--pool.workers={workers}", "--log.sinks=file", "--log.file=/dev/null",
                   *options]
        return Server(f"echopoold {idle}", command, port)
    start.label = f"echopoold {idle}, {workers} workers"
    return start


def peer(program, *arguments):
    def start():
        port = free_port()
        return Server(program, [BUILD / "bench" / program, port, *arguments], port)
    start.label = " ".join([program, *map(str, arguments)])
    return start


def generate(server, mode, connections, size, seconds):
    out = subprocess.run(
        ["taskset", "-c", LOAD_CORE, BUILD / "bench/generator", *map(str, (server.port, mode, connections, size, seconds))],
        check=True, capture_output=True, text=True,
    )
    return json.loads(out.stdout)


def run(start, mode, connections, size, seconds):
    """One run: the generator's figures, and the server's CPU time for each request."""
    with start() as server:
        generate(server, mode, connections, size, min(0.2, seconds))  # warm
        before, switches = server.cpu_seconds(), server.switches()
        result = generate(server, mode, connections, size, seconds)
        cpu = server.cpu_seconds() - before
        requests = max(1, result["requests"])
        result["cpu_us"] = cpu * 1e6 / requests
        result["cpu_per_mb"] = cpu * 1e6 / max(1e-9, result["bytes"] / 1e6)
        result["rate"] = result["requests"] / result["seconds"]
        result["switches"] = (server.switches() - switches) / requests
        result["rss_kib"] = server.rss_kib()
        return result


def compare(ours, theirs, mode, connections, size, seconds, pairs):
    """Interleaved pairs. {figure: (our median, their median, median ratio, least ratio, greatest ratio)}"""
    runs = [(run(ours, mode, connections, size, seconds), run(theirs, mode, connections, size, seconds))
            for _ in range(pairs)]
    figures = {}
    for key in runs[0][0]:
        ratios = [a[key] / b[key] for a, b in runs if b[key]]
        if ratios:
            figures[key] = (statistics.median(a[key] for a, _ in runs), statistics.median(b[key] for _, b in runs),
                            statistics.median(ratios), min(ratios), max(ratios))
    return figures


def verdict(ratio, limit):
    return "" if limit is None else f"  (at most {limit:.2f}: {'holds' if ratio <= limit else 'MISSED'})"
