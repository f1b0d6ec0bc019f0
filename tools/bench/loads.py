"""The loads: what is asked of a server, and the figures of one run."""

import json
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass

from measure import BUILD, LOAD_CORE, SERVER_CORE, Generator, NotMeasured, generate, on_core
from servers import EVERY, LOGGING, SERVERS, USUAL


@dataclass(frozen=True)
class Load:
    """`figures`: those shown in tables, in this order; a run may have more."""
    title: str
    mode: str
    connections: int
    size: int
    figures: tuple
    ours: str = "park"
    rivals: tuple = USUAL
    every: tuple = EVERY  # with --rivals all

    def run(self, name, seconds):
        return RUNS.get(self.mode, run_generator)(self, name, seconds)

    def start(self, name):
        return (SERVERS | LOGGING)[name].start(self.connections)


def run_generator(load, name, seconds):
    """Requests, or connections, or bytes, as many as go."""
    with load.start(name) as server:
        warm = generate(server, load.mode, load.connections, load.size, min(0.2, seconds))
        with Generator(server, load.mode, load.connections, load.size, seconds) as generator:
            before = server.cpu_seconds()
            time.sleep(seconds * 0.7)
            resident = server.rss_kib()
            result = generator.result()
            cpu = server.cpu_seconds() - before
    if not result["requests"]:
        raise NotMeasured(f"not one answer within {seconds:g} s")
    figures = {key: result[key] for key in ("p50_us", "p99_us", "p999_us")}
    figures["rss_kib"] = resident
    if load.mode == "stream":
        megabytes = result["bytes"] / 1e6
        return figures | {"mb_per_s": megabytes / result["seconds"], "cpu_us_per_mb": cpu * 1e6 / megabytes}
    figures |= {"rate": result["requests"] / result["seconds"], "cpu_us": cpu * 1e6 / result["requests"]}
    if server.usage and not server.forks:
        greetings = 2 * load.connections if load.mode == "echo" else 0
        figures["switches"] = server.usage.ru_nvcsw / (warm["requests"] + result["requests"] + greetings)
    return figures


def first_echo_ms(port):
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(b"hello")
        client.recv(5)
    return (time.perf_counter() - start) * 1e3


def run_idle(load, name, seconds):
    """Silent connections: what they cost, and whether a new client is served beside them."""
    with load.start(name) as server:
        bare = statistics.median(first_echo_ms(server.port) for _ in range(50))
        rss = server.rss_kib()
        with Generator(server, "idle", load.connections, 0, 0):
            crowded = statistics.median(first_echo_ms(server.port) for _ in range(50))  # and all are accepted by now
            switches, cpu = server.switches(), server.cpu_seconds()
            time.sleep(seconds * 2)
            return {
                "bytes_per_connection": (server.rss_kib() - rss) * 1024 / load.connections,
                "first_echo_ms": crowded,
                "first_echo_more_ms": crowded - bare,
                "cpu_ms_per_s": (server.cpu_seconds() - cpu) / (seconds * 2) * 1e3,
                "switches_per_s": (server.switches() - switches) / (seconds * 2),
            }


def run_start(load, name, seconds):
    """From starting the program to the first answer."""
    begin = time.perf_counter()
    with SERVERS[name].start(pause=0.0002) as server:
        first_echo_ms(server.port)
        return {"start_ms": (time.perf_counter() - begin) * 1e3}


def run_datagrams(load, name, seconds):
    """`connections` flows with a window of datagrams under way on each; the run ends after some number of them."""
    server = "bare" if name == "udp-bare" else "echopool"
    command = [BUILD / "bench/udp_bench", server, load.connections, 8 if load.connections > 1 else 1, load.size,
               max(2_000, int(100_000 * seconds))]
    both = on_core(f"{SERVER_CORE},{LOAD_CORE}", *command)  # its server takes the first, its client the last
    result = subprocess.run(both, capture_output=True, text=True)
    if result.returncode != 0:
        raise NotMeasured(result.stderr.strip() or f"udp_bench ended with {result.returncode}")
    return json.loads(result.stdout)


RUNS = {"idle": run_idle, "start": run_start, "udp": run_datagrams}

REQUESTS = ("rate", "cpu_us", "p50_us", "p99_us", "p999_us", "rss_kib", "switches")
DATAGRAMS = {"ours": "udp", "rivals": ("udp-bare",), "every": ("udp-bare",)}


def logging(ours):
    return {"ours": ours, "rivals": ("log-off",), "every": ("log-off",)}


LOADS = {
    f"{label}-{connections}": Load(f"{title} messages, {connections:,} connection{'s' * (connections > 1)}", "echo",
                                   connections, size, REQUESTS)
    for label, title, size in (("64B", "64 B", 64), ("4K", "4 KiB", 4096), ("64K", "64 KiB", 65536))
    for connections in (1, 16, 256, 2000)
} | {
    "stream": Load("8 clients streaming without pause, a 64-byte probe beside them", "stream", 8, 64,
                   ("mb_per_s", "cpu_us_per_mb", "p50_us", "p99_us", "rss_kib")),
    "connect": Load("connect, echo 64 bytes, close; 16 at a time", "connect", 16, 64,
                    ("rate", "cpu_us", "p50_us", "p99_us", "p999_us", "rss_kib", "switches")),
    "udp-64-1": Load("datagrams of 64 bytes, one under way", "udp", 1, 64, ("rate", "cpu_us", "switches"), **DATAGRAMS),
    "udp-64-16": Load("datagrams of 64 bytes, 16 flows of 8", "udp", 16, 64, ("rate", "cpu_us", "switches"), **DATAGRAMS),
    "udp-1400-16": Load("datagrams of 1,400 bytes, 16 flows of 8", "udp", 16, 1400, ("rate", "cpu_us", "switches"), **DATAGRAMS),
    "idle": Load("10,000 idle connections", "idle", 10_000, 0,
                 ("bytes_per_connection", "first_echo_ms", "first_echo_more_ms", "cpu_ms_per_s", "switches_per_s"),
                 rivals=("asio", "epoll"), every=("asio", "asio-2", "epoll")),
    "start": Load("from start to the first answer", "start", 1, 0, ("start_ms",), rivals=("asio", "poco"),
                  every=("asio", "poco", "xinetd", "socat", "ncat")),
    "log-requests": Load("logging on and off, 64 B messages, 256 connections", "echo", 256, 64, ("rate", "cpu_us"),
                         **logging("log-syslog")),
    "log-connections": Load("logging on and off, connect, echo, close", "connect", 16, 64, ("rate", "cpu_us"),
                            **logging("log-syslog")),
    "logfile-connections": Load("logging to a file and off, connect, echo, close", "connect", 16, 64, ("rate", "cpu_us"),
                                **logging("log-file")),
}
# A default run; the rest on request.
DEFAULT = ("64B-1", "64B-16", "64B-256", "64B-2000", "4K-256", "64K-16", "stream", "connect", "udp-*", "idle", "start", "log-*")
QUICK = ("64B-1", "64B-16", "stream", "connect", "udp-64-1", "start", "log-connections")
