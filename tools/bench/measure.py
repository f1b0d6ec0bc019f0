"""What the benchmarks share: a server pinned to one core, a load generator on another, CPU as the kernel accounts it.

Variants are always measured in turn and compared pair by pair: ratios hold when the machine's speed drifts, absolute
times do not."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/support"))
import process_figures  # noqa: E402
from process_figures import BUILD, ROOT  # noqa: E402

RESULTS = ROOT / "build/bench"
_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = str(_cores[0]), str(_cores[-1])
TICK = os.sysconf("SC_CLK_TCK")


class NotMeasured(Exception):
    """Says why a figure is missing; the rest goes on."""


def raise_descriptor_limit():
    """For us and what we start: thousands of connections are opened."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def on_core(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


class Server:
    """A server on one core, ready when it accepts; a context manager that ends it, and what it started.

    `forks`: it serves in processes of its own, whose CPU time and memory count too. `before`: what it is run under.
    `pause`: seconds between looks whether it accepts. `patience`: seconds for it to begin and to end."""

    def __init__(self, name, command, port, forks=False, before=(), pause=0.01, core=SERVER_CORE, patience=10):
        self.name, self.port, self.forks, self.patience = name, port, forks, patience
        self.usage = None  # the whole life's, once it has ended
        self.process = subprocess.Popen([*map(str, before), *on_core(core, *command)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.pid = self.process.pid
        deadline = time.monotonic() + patience
        while not self._accepts():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.end()
                raise NotMeasured(f"{name} does not start: {' '.join(map(str, command))}")
            time.sleep(pause)

    def _accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """SIGTERM, and SIGKILL for whatever of its session is left."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + self.patience
            while self.process.returncode is None:
                pid, status, usage = os.wait4(self.pid, os.WNOHANG)
                if pid:
                    self.process.returncode, self.usage = os.waitstatus_to_exitcode(status), usage
                elif time.monotonic() > deadline:
                    self.process.kill()
                    deadline += 10
                else:
                    time.sleep(0.002)
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def processes(self):
        found = [self.pid]
        for pid in found if self.forks else ():
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found += [int(child) for child in task.read_text().split()]
                except (FileNotFoundError, ProcessLookupError):
                    pass
        return found

    def cpu_seconds(self):
        """User and system time to the nanosecond, with threads that have ended, and processes that have (to a tick)."""
        total = 0.0
        for pid in self.processes():
            try:
                total += process_figures.cpu_seconds(pid)
                if self.forks:
                    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                    total += (int(fields[13]) + int(fields[14])) / TICK
            except (OSError, FileNotFoundError):
                pass  # it has just ended, and its parent counts it
        return total

    def rss_kib(self):
        """Resident memory; of several processes each page once."""
        total = 0
        for pid in self.processes():
            try:
                total += process_figures.memory_kib(pid, shared=not self.forks)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has just ended
        return total

    def switches(self):
        """Context switches so far of the threads there are."""
        lines = [line for task in Path(f"/proc/{self.pid}/task").iterdir()
                 for line in (task / "status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith(("voluntary_ctxt", "nonvoluntary_ctxt")))


class Generator:
    """The load generator on LOAD_CORE, its connections open; a context manager that ends it."""

    def __init__(self, server, mode, connections, size, seconds, requests=None):
        self.what = f"{server.name}, {connections} connections"
        self.process = subprocess.Popen(
            on_core(LOAD_CORE, BUILD / "bench/generator", server.port, mode, connections, size, seconds,
                    *([requests] if requests else [])),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.patience = threading.Timer(seconds + 60, self.process.kill)
        self.patience.start()
        try:
            self._line()
        except NotMeasured:
            self.__exit__()
            raise

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            why = self.process.stderr.read().strip() or "no answer within its time"
            raise NotMeasured(f"{self.what}: {why}")
        return line

    def result(self):
        """Waits for the figures; the connections stay open."""
        return json.loads(self._line())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.patience.cancel()
        self.process.communicate()


def generate(server, mode, connections, size, seconds, requests=None):
    with Generator(server, mode, connections, size, seconds, requests) as generator:
        return generator.result()
