#!/usr/bin/env python3
"""Parked connections against the classic discipline and the peers: the figures that `pool.idle = park` must hold.

usage: park.py [--pairs N] [--seconds S] [--only WORD]"""

import argparse
import socket
import statistics
import subprocess
import time

from measure import BUILD, LOAD_CORE, compare, echopoold, peer, run, verdict

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--seconds", type=float, default=1.5)
parser.add_argument("--only", default="", help="cpu, fairness or idle")
options = parser.parse_args()


def wanted(word):
    return options.only in ("", word)


def cpu_per_request():
    print("CPU time of the server for a 64-byte echo, microseconds (ours, theirs, median ratio, least to greatest)")
    for connections in (1, 16, 256):
        rivals = [(echopoold("hold", connections), 1.0 if connections == 1 else 0.75)]
        if connections > 1:
            rivals += [(peer("poco_echo", connections), 0.70), (peer("asio_echo"), 1.10), (peer("epoll_echo"), None)]
        for theirs, limit in rivals:
            figures = compare(echopoold("park", 4), theirs, "echo", connections, 64, options.seconds, options.pairs)
            a, b, ratio, low, high = figures["cpu_us"]
            rate = figures["rate"][2]
            p99 = figures["p99_us"][2]
            print(f"  {connections:4} connections  park {a:6.2f}  {theirs.label:28} {b:6.2f}  ratio {ratio:.2f} "
                  f"[{low:.2f} {high:.2f}]  rate x{rate:.2f}  p99 x{p99:.2f}{verdict(ratio, limit)}", flush=True)


def fairness():
    print("8 clients streaming without pause: a 64-byte probe's median answer, microseconds")
    figures = compare(echopoold("park", 4), peer("asio_echo"), "stream", 8, 64, options.seconds * 2, options.pairs)
    for key, what in (("p50_us", "probe's median"), ("p99_us", "probe's p99"), ("cpu_per_mb", "CPU us per MB")):
        a, b, ratio, low, high = figures[key]
        print(f"  {what:16} park {a:8.1f}  asio {b:8.1f}  ratio {ratio:.2f} [{low:.2f} {high:.2f}]"
              f"{verdict(ratio, 3.0) if key == 'p50_us' else ''}", flush=True)


def first_echo_ms(port):
    start = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"hello")
        client.recv(5)
    return (time.perf_counter() - start) * 1e3


def idle(count=10_000):
    print(f"{count} idle connections, 4 workers")
    with echopoold("park", 4, f"--limits.connections={count + 100}", "--timeouts.idle=10m")() as server:
        bare = statistics.median(first_echo_ms(server.port) for _ in range(50))
        rss = server.rss_kib()
        holder = subprocess.Popen(["taskset", "-c", LOAD_CORE, BUILD / "bench/generator", str(server.port), "idle",
                                   str(count), "0", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holder.stdout.readline()
        time.sleep(1)
        growth = (server.rss_kib() - rss) * 1024 / count
        switches, cpu = server.switches(), server.cpu_seconds()
        time.sleep(5)
        switches, cpu = (server.switches() - switches) / 5, (server.cpu_seconds() - cpu) / 5
        crowded = statistics.median(first_echo_ms(server.port) for _ in range(50))
        holder.stdin.close()
        holder.wait()
    print(f"  first echo of a new client: {bare:.2f} ms without, {crowded:.2f} ms with"
          f"  (at most 10 ms more: {'holds' if crowded - bare <= 10 else 'MISSED'})")
    print(f"  memory: {growth:.0f} bytes a connection  (at most 1024: {'holds' if growth <= 1024 else 'MISSED'})")
    print(f"  while idle: {switches:.1f} context switches and {cpu * 1e3:.3f} ms of CPU a second")


if wanted("idle"):
    idle()
if wanted("cpu"):
    cpu_per_request()
if wanted("fairness"):
    fairness()
