#!/usr/bin/env python3
"""examples/resp_store against redis-server: requests a second of redis-benchmark (SET and GET, 50 clients, no
pipeline), each server pinned to the same core, in turn. Prints the rates and the ratio of their medians.
usage: redis.py [--rounds N] [--requests N] [--core N]"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "build/release"
GOAL = 0.8

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--requests", type=int, default=100_000)
parser.add_argument("--core", type=int, default=0)
options = parser.parse_args()
if missing := [name for name in ("redis-server", "redis-benchmark", "redis-cli") if not shutil.which(name)]:
    sys.exit(f"needs {', '.join(missing)} (packages redis-server, redis-tools)")

scratch = tempfile.TemporaryDirectory()
store = Path(scratch.name) / "resp_store"
flags = ["-std=c++20", "-O2", "-Wno-restrict", f"-I{ROOT}/common/include", f"-I{ROOT}/server/include"]
subprocess.run(["c++", *flags, ROOT / "examples/resp_store.cpp", "-o", store, f"-L{RELEASE}/lib", "-lechopool",
                f"-Wl,-rpath,{RELEASE}/lib"], check=True)

PORTS = {"resp_store": 17001, "redis-server": 17002}
SERVERS = {
    "resp_store": [store, f"127.0.0.1:{PORTS['resp_store']}"],
    "redis-server": ["redis-server", "--port", str(PORTS["redis-server"]), "--bind", "127.0.0.1", "--save", "",
                     "--appendonly", "no", "--dir", scratch.name],
}
client_core = next((core for core in sorted(os.sched_getaffinity(0)) if core != options.core), options.core)


def answers(port):
    asked = subprocess.run(["redis-cli", "-p", str(port), "PING"], capture_output=True, text=True)
    return asked.stdout.strip() == "PONG"


def measure(name):
    """Requests a second by command, of a server that runs for this one round."""
    server = subprocess.Popen(["taskset", "-c", str(options.core), *SERVERS[name]], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        while not answers(PORTS[name]):
            if server.poll() is not None:
                sys.exit(f"{name} does not run; is port {PORTS[name]} taken?")
            time.sleep(0.05)
        done = subprocess.run(["taskset", "-c", str(client_core), "redis-benchmark", "-p", str(PORTS[name]), "-t", "set,get",
                               "-n", str(options.requests), "-c", "50", "-q"], capture_output=True, text=True, check=True)
    finally:
        server.terminate()
        server.wait()
    return {command: float(rate) for command, rate in re.findall(r"(SET|GET): ([\d.]+) requests per second", done.stdout)}


rates = {name: {"SET": [], "GET": []} for name in SERVERS}
for _ in range(options.rounds):
    for name in SERVERS:
        for command, rate in measure(name).items():
            rates[name][command].append(rate)

print(f"{'':6}" + "".join(f"{name:>16}" for name in SERVERS) + f"{'ratio':>10}   (median of {options.rounds}, lowest to highest)")
for command in ("SET", "GET"):
    medians = {name: statistics.median(rates[name][command]) for name in SERVERS}
    ratio = medians["resp_store"] / medians["redis-server"]
    spread = ", ".join(f"{name} {min(rates[name][command]):.0f}–{max(rates[name][command]):.0f}" for name in SERVERS)
    print(f"{command:6}" + "".join(f"{medians[name]:16.0f}" for name in SERVERS) + f"{ratio:9.2f}x   {spread}"
          + ("" if ratio >= GOAL else f"   below the goal of {GOAL}x"))
