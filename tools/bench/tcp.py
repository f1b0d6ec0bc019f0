#!/usr/bin/env python3
"""echopoold against its peers: a server pinned to one core, the load generator to another, runs in turn, pairs compared.

Writes build/bench/tcp.json and plots; `./dev bench report` puts the latest into docs/performance.md."""

import argparse
import datetime
import fnmatch
import json
import os
import shlex
import sys
import time
from dataclasses import replace
from functools import partial

from counts import counted_calls, per_unit
from goals import judge
from loads import DEFAULT, LOADS, QUICK
from machine import describe
from measure import LOAD_CORE, RESULTS, ROOT, NotMeasured, generate, raise_descriptor_limit
from pairs import measure_load
from plots import plot
from servers import SERVERS
from show import show_goals, show_load

COUNTED = ("64B-1", "64B-16", "64B-256", "connect")  # loads whose system calls are counted


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=f"loads: {' '.join(LOADS)}\nrivals: {' '.join(SERVERS)}")
    parser.add_argument("--loads", help="names or patterns, comma-separated; all is every load")
    parser.add_argument("--rivals", help="names, comma-separated; all is every server")
    parser.add_argument("--ours", help="the server compared with the others (default park)")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5, help="of one run")
    parser.add_argument("--full", action="store_true", help="every load and every server: about half an hour")
    parser.add_argument("--quick", action="store_true", help="tiny: shows that it works, the figures mean nothing")
    parser.add_argument("--no-calls", action="store_true", help="do not count system calls")
    parser.add_argument("--output", default="tcp", help="name of the JSON file and of the plots' folder in build/bench")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.seconds = 1, 0.05
    return options


def chosen_loads(options):
    patterns = options.loads.split(",") if options.loads else QUICK if options.quick else DEFAULT
    if options.full or options.loads == "all":
        patterns = ("*",)
    found = {name: load for name, load in LOADS.items() if any(fnmatch.fnmatchcase(name, p) for p in patterns)}
    if not found:
        sys.exit(f"no load is called {options.loads}; there are: {' '.join(LOADS)}")
    return found


def chosen_rivals(options, load):
    if options.full or options.rivals == "all":
        return [name for name in load.every if name != load.ours]
    if options.rivals is None:
        return [name for name in load.rivals if name != load.ours]
    asked = options.rivals.split(",")
    if unknown := set(asked) - SERVERS.keys():
        sys.exit(f"no server is called {' '.join(unknown)}; there are: {' '.join(SERVERS)}")
    # Loads that compare something else than servers keep their rivals.
    return [name for name in asked if name in load.every and name != load.ours] or [
        name for name in load.rivals if name not in SERVERS]


def add_calls(load, found, requests, tell):
    """System calls a request: what twice as many more cost, with connections and start taken out."""
    def work(count):
        return lambda server: generate(server, load.mode, load.connections, load.size, 60, requests=count)
    first = load.connections + requests
    found["calls"], found["figures"] = {}, (*load.figures, "syscalls")
    for name, figures in found["servers"].items():
        tell(name)
        try:
            start = partial(SERVERS[name].start, load.connections, traced=load.connections > 1)
            counts = [counted_calls(start, work(count)) for count in (first, first + 2 * requests)]
        except NotMeasured:
            continue
        calls = {call: value for call, value in per_unit(*counts, 2 * requests).items() if value >= 0.01}
        found["calls"][name] = dict(sorted(calls.items(), key=lambda item: -item[1]))
        figures["syscalls"] = dict.fromkeys(("median", "min", "max"), sum(calls.values()))


def progress(name):
    def tell(turn, server):
        if sys.stderr.isatty():
            print(f"\r\033[K{name}: round {turn + 1}, {server}", end="", file=sys.stderr, flush=True)
    return tell


def measure(name, load, options):
    """One load's result, shown; None if there is none."""
    tell = progress(name)
    try:
        found = measure_load(load, chosen_rivals(options, load), options.pairs, options.seconds, tell)
    except NotMeasured as why:
        print(f"\n{name}: not measured: {why}", flush=True)
        return None
    if name in COUNTED and not options.no_calls:
        add_calls(load, found, 100 if options.quick else 2_000 if load.mode == "echo" else 500,
                  lambda server: tell(0, f"system calls of {server}"))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    show_load(name, found)
    return found


def adapted(load, options):
    change = {}
    if options.ours and load.ours == "park":
        change["ours"] = options.ours
    if options.quick and load.mode == "idle":
        change |= {"connections": 200, "title": "200 idle connections"}
    return replace(load, **change)


def main():
    options = arguments()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    raise_descriptor_limit()
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = describe()
    if machine["load"] > 0.5 and not options.quick:
        print(f"note: other programs are running (load average {machine['load']}); these figures need an idle machine",
              file=sys.stderr)
    begin = time.monotonic()
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    measured = {name: measure(name, adapted(load, options), options) for name, load in chosen_loads(options).items()}
    loads = {name: found for name, found in measured.items() if found}
    result = {
        "machine": machine,
        "date": date,
        "command": shlex.join(["./dev", "bench", "tcp", *sys.argv[1:]]),
        "pairs": options.pairs,
        "seconds": options.seconds,
        "took_seconds": round(time.monotonic() - begin),
        "loads": loads,
        "goals": judge(loads),
    }
    show_goals(result["goals"])
    file = RESULTS / f"{options.output}.json"
    file.write_text(json.dumps(result, indent=1) + "\n")
    drawn = plot(result, RESULTS / options.output)
    print(f"\n{result['took_seconds']} s; {file.relative_to(ROOT)}" +
          (f" and {len(drawn)} plots beside it" if drawn else "; no plots: gnuplot is not installed, or too few loads"))
    return 0 if loads else 1


if __name__ == "__main__":
    sys.exit(main())
