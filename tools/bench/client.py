#!/usr/bin/env python3
"""The client's own cost: what it measures must be the service, not itself.

usage: client.py [--pairs N] [--seconds S] [--only load|ping|schedule]"""

import argparse
import json
import os
import statistics
import subprocess
import sys

from measure import BUILD, LOAD_CORE, NotMeasured, SERVER_CORE, free_port, generate
from servers import SERVERS

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--seconds", type=float, default=1.5)
parser.add_argument("--only", default="", help="load, ping or schedule")
options = parser.parse_args()


def wanted(word):
    return options.only in ("", word)


def pinned(*command):
    result = subprocess.run(["taskset", "-c", LOAD_CORE, *map(str, command)], capture_output=True, text=True)
    if result.returncode != 0 or not result.stdout:
        sys.exit(f"{' '.join(map(str, command))}: {result.stderr}")
    return json.loads(result.stdout)


def echopool(*words):
    return pinned(BUILD / "bin/echopool", *words, "-J")


def paired(what, ours, theirs, limit, better):
    """Interleaved pairs; the median of the ratios is judged."""
    pairs = [(ours(), theirs()) for _ in range(options.pairs)]
    ratios = sorted(a / b for a, b in pairs)
    ratio = statistics.median(ratios)
    holds = ratio >= limit if better == "more" else ratio <= limit
    print(f"  {what:34} ours {statistics.median(a for a, _ in pairs):10.1f}  bare "
          f"{statistics.median(b for _, b in pairs):10.1f}  ratio {ratio:.3f} [{ratios[0]:.3f} {ratios[-1]:.3f}]  "
          f"(at {'least' if better == 'more' else 'most'} {limit:.2f}: {'holds' if holds else 'MISSED'})", flush=True)
    return holds


def load():
    print("Closed loop against a bare epoll loop doing the same, requests a second (64 bytes, one thread, one core)")
    holds = True
    with SERVERS["epoll"].start() as server:
        for connections in (1, 16, 256):
            def ours():
                return echopool("load", f":{server.port}", "-c", connections, "-T", 1, "-t", options.seconds
                                )["requests"]["answered_per_second"]

            def bare():
                result = generate(server, "echo", connections, 64, options.seconds)
                return result["requests"] / result["seconds"]

            holds &= paired(f"{connections} connections", ours, bare, 0.9, "more")
    return holds


def ping(count=20_000):
    print("Ping against a bare send/recv loop, median round trip in microseconds (64 bytes)")
    floor = BUILD / "bench/ping_floor"
    holds = True
    with SERVERS["epoll"].start() as server:
        holds &= paired("tcp", lambda: echopool("ping", "-f", "-c", count, f":{server.port}")["round_trip"]["p50_ns"] / 1e3,
                        lambda: pinned(floor, "tcp", server.port, 64, count)["p50_ns"] / 1e3, 1.10, "less")
    port = free_port()
    udp = subprocess.Popen(["taskset", "-c", SERVER_CORE, floor, "serve", str(port)])
    try:
        while subprocess.run([BUILD / "bin/echopool", "ping", "-u", "-q", "-c", "1", "-W", "0.1", f":{port}"],
                             capture_output=True).returncode != 0:
            pass
        holds &= paired("udp", lambda: echopool("ping", "-u", "-f", "-c", count, f":{port}")["round_trip"]["p50_ns"] / 1e3,
                        lambda: pinned(floor, "udp", port, 64, count)["p50_ns"] / 1e3, 1.10, "less")
    finally:
        udp.kill()
        udp.wait()
    return holds


def schedule(rate=20_000):
    print(f"Open loop at {rate:,} a second: how late requests leave, microseconds")
    holds = True
    with SERVERS["epoll"].start() as server:
        lags = []
        for _ in range(options.pairs):
            result = echopool("load", f":{server.port}", "-R", rate, "-c", 16, "-T", 1, "-t", options.seconds)
            lags.append(result["send_lag"]["p99_ns"] / 1e3)
        lag = statistics.median(lags)
        holds &= lag <= 1000
        print(f"  p99 {lag:.1f} [{min(lags):.1f} {max(lags):.1f}]  (at most 1000: {'holds' if lag <= 1000 else 'MISSED'})")
    return holds


busy = os.getloadavg()[0]
if busy > 0.5:
    print(f"note: other programs are running (load average {busy:.1f}); these figures need an idle machine")
try:
    results = [run() for word, run in (("load", load), ("ping", ping), ("schedule", schedule)) if wanted(word)]
except NotMeasured as error:
    sys.exit(str(error))
sys.exit(0 if all(results) else 1)
