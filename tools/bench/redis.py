#!/usr/bin/env python3
"""examples/resp_store against redis-server: requests a second of redis-benchmark (SET and GET, 50 clients, no
pipeline), each server pinned to the same core, in turn. Prints the rates and the ratio of their medians."""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import BUILD, LOAD_CORE, ROOT, NotMeasured, Server, free_port, on_core

GOAL = 0.8
COMMANDS = ("SET", "GET")


def build_store(folder):
    store = Path(folder) / "resp_store"
    flags = ["-std=c++20", "-O2", "-Wno-restrict", f"-I{ROOT}/common/include", f"-I{ROOT}/server/include"]
    subprocess.run(["c++", *flags, ROOT / "examples/resp_store.cpp", "-o", store, f"-L{BUILD}/lib", "-lechopool",
                    f"-Wl,-rpath,{BUILD}/lib"], check=True)
    return lambda port: [store, f"127.0.0.1:{port}"]


def redis_server(folder):
    return lambda port: ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                         "--dir", folder]


def measure(name, command, requests):
    """Requests a second by command, of a server that runs for this one round."""
    port = free_port()
    with Server(name, command(port), port):
        done = subprocess.run(on_core(LOAD_CORE, "redis-benchmark", "-p", port, "-t", "set,get", "-n", requests, "-c", 50,
                                      "-q"), capture_output=True, text=True, check=True)
    rates = dict(re.findall(r"(SET|GET): ([\d.]+) requests per second", done.stdout))
    return {what: float(rates[what]) for what in COMMANDS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=100_000)
    options = parser.parse_args()
    if missing := [name for name in ("redis-server", "redis-benchmark") if not shutil.which(name)]:
        sys.exit(f"needs {', '.join(missing)} (packages redis-server, redis-tools)")

    with tempfile.TemporaryDirectory() as folder:
        servers = {"resp_store": build_store(folder), "redis-server": redis_server(folder)}
        rounds = [{name: measure(name, command, options.requests) for name, command in servers.items()}
                  for _ in range(options.rounds)]

    print(f"{'':6}" + "".join(f"{name:>16}" for name in servers) + f"{'ratio':>10}   (median of {options.rounds} rounds,"
          " and of their ratios)")
    for what in COMMANDS:
        rates = {name: [found[name][what] for found in rounds] for name in servers}
        ratio = statistics.median(found["resp_store"][what] / found["redis-server"][what] for found in rounds)
        spread = ", ".join(f"{name} {min(all_of):.0f}–{max(all_of):.0f}" for name, all_of in rates.items())
        print(f"{what:6}" + "".join(f"{statistics.median(all_of):16.0f}" for all_of in rates.values())
              + f"{ratio:9.2f}x   {spread}" + ("" if ratio >= GOAL else f"   below the goal of {GOAL}x"))


if __name__ == "__main__":
    try:
        main()
    except NotMeasured as why:
        sys.exit(f"not measured: {why}")
