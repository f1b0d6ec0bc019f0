#!/usr/bin/env python3
"""What a request costs, in instructions (callgrind) and system calls (strace), against what is recorded in budget.json.

Counts, not times, of one client that asks again when the server has answered and is at rest: the same on a busy machine
and a quiet one. A figure is the difference between two runs of different length, so that starting and stopping do not count.
Exit status: 0 within the budget, 1 exceeded, 77 not measured."""

import argparse
import json
import os
import platform
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import lockstep
from counts import counted_calls, counted_instructions, per_unit, program_of
from machine import compiler
from measure import BUILD, NotMeasured, Server, free_port

FILE = Path(__file__).with_name("budget.json")
CORES = sorted(os.sched_getaffinity(0))
SHORT, LONG = 200, 2_200  # requests
MORE_INSTRUCTIONS = 0.10  # allowed above what is recorded: libraries and processors differ a little
MORE_CALLS = 0.06  # less than one call of a dozen
# Recorded and shown, but not compared. Which thread sleeps when another wants it; and, as strace makes every call a sleep,
# how often a worker asks whether it has slept (at one batch of 65 otherwise).
CHANCE = {"futex", "sched_yield", "getrusage"}
# How often a worker leaves a connection that talks alone to the others, which may then see it twice: a matter of time.
CHANCE_ALONE = {"epoll_ctl", "epoll_wait", "poll"}
ATTEMPTS = 3  # the least counts: whatever disturbs can only add
FUNCTIONS = 40  # recorded, to tell which have grown


@dataclass(frozen=True)
class Case:
    title: str
    talk: str  # echo, connect or datagrams
    connections: int
    options: tuple
    chance: frozenset = frozenset(CHANCE)

    def start(self, core, before=(), under=()):
        port = free_port()
        udp = f"127.0.0.1:{port}" if self.talk == "datagrams" else ""
        command = [*under, BUILD / "bin/echopoold", "-c", "/dev/null", f"--tcp.listen=127.0.0.1:{port}",
                   f"--udp.listen={udp}", "--udp.rate_per_source=off", "--udp.rate_total=off", "--log.sinks=file",
                   "--log.file=/dev/null", *self.options]
        return Server(self.title, command, port, before=before, core=str(core), patience=60)

    def work(self, requests):
        def talk(server):
            with lockstep.Rest(program_of(server)) as rest:
                lockstep.TALKS[self.talk](("127.0.0.1", server.port), self.connections, requests, rest)
        return talk


CASES = {
    "park": Case("a parked connection, one worker", "echo", 1, ("--pool.workers=1",)),
    "park-alone": Case("a parked connection that talks alone", "echo", 1, (), frozenset(CHANCE | CHANCE_ALONE)),
    "park-8": Case("eight parked connections, one worker", "echo", 8, ("--pool.workers=1",)),
    "hold": Case("a held connection", "echo", 1, ("--pool.idle=hold",)),
    "park-connect": Case("connect, echo, close; parked", "connect", 1, ("--pool.workers=1",)),
    "hold-connect": Case("connect, echo, close; held", "connect", 1, ("--pool.idle=hold",)),
    "udp": Case("a datagram", "datagrams", 1, ()),
}


def measure(case, core, count):
    """{what: how often} for each request; `count` is counted_calls or counted_instructions."""
    def start(**how):
        return case.start(core, **how)
    found = per_unit(*(count(start, case.work(requests)) for requests in (SHORT, LONG)), LONG - SHORT)
    return {key: round(value, 2) for key, value in found.items() if abs(value) >= 0.05}


def build_text():
    return f"{platform.machine()}, {(compiler().split() or ['?'])[-1]}"


def chance(name, kind):
    return CASES[name].chance if kind == "calls" else frozenset()


def total(name, kind, found):
    return sum(value for what, value in found.items() if what not in chance(name, kind))


def recorded_total(name, kind, recorded):
    return total(name, kind, recorded) if kind == "calls" else recorded["total"]


def allowed(name, kind, recorded):
    return recorded_total(name, kind, recorded) * (1 + (MORE_CALLS if kind == "calls" else MORE_INSTRUCTIONS))


def least_counts(name, core, kind, recorded):
    """The least counts of as many attempts as it takes to be within the budget."""
    count = counted_calls if kind == "calls" else counted_instructions
    least = measure(CASES[name], core, count)
    for _ in range(ATTEMPTS - 1 if recorded else 0):
        if total(name, kind, least) <= allowed(name, kind, recorded):
            break
        least = min(least, measure(CASES[name], core, count), key=lambda found: total(name, kind, found))
    return least


def growth(kind, recorded, found):
    """What has grown, most first. A function that is not recorded cost no more than the least of those that are."""
    known, least = (recorded, 0) if kind == "calls" else (recorded["functions"], min(recorded["functions"].values()))
    grown = sorted(((found[key] - known.get(key, least), key) for key in found), reverse=True)
    return [f"    {more:+9.2f}  {key}  ({f'{known[key]:.2f}' if key in known else f'at most {least:.2f}'} recorded)"
            for more, key in grown[:10] if more >= 0.05]


def tell(name, kind, recorded, found):
    """True: within the budget."""
    was, limit, is_now = recorded_total(name, kind, recorded), allowed(name, kind, recorded), total(name, kind, found)
    by_chance = {what: value for what, value in found.items() if what in chance(name, kind)}
    unit = "system calls" if kind == "calls" else "instructions"
    within = is_now <= limit
    print(f"  {name:13} {is_now:10,.2f} {unit:13} (recorded {was:,.2f}, allowed {limit:,.2f})"
          f"{'' if within else '  EXCEEDED'}", flush=True)
    if by_chance:
        print(f"    by chance: {', '.join(f'{what} {value:.2f}' for what, value in sorted(by_chance.items()))}")
    if not within:
        print(f"    {CASES[name].title}: what has grown, for each request")
        print("\n".join(growth(kind, recorded, found)))
    elif is_now < was * 0.9:
        print("    less than recorded: keep the gain with ./dev bench budget --update")
    return within


def to_record(found):
    instructions = found["instructions"]
    most = sorted(instructions.items(), key=lambda item: -item[1])[:FUNCTIONS]
    return {"calls": dict(sorted(found["calls"].items())),
            "instructions": {"total": round(sum(instructions.values())),
                             "functions": {key: round(value, 1) for key, value in most}}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="record what is counted now")
    parser.add_argument("cases", nargs="*", help=f"some of: {' '.join(CASES)}")
    options = parser.parse_args()
    if missing := [tool for tool in ("strace", "valgrind", "callgrind_annotate") if not shutil.which(tool)]:
        print(f"not measured: {', '.join(missing)} not installed")
        return 77
    names = options.cases or list(CASES)
    if unknown := set(names) - CASES.keys():
        sys.exit(f"no case is called {' '.join(unknown)}; there are: {' '.join(CASES)}")
    budget = json.loads(FILE.read_text()) if FILE.is_file() else {"build": build_text(), "cases": {}}
    if not options.update and (unrecorded := set(names) - budget["cases"].keys()):
        print(f"not recorded: {' '.join(sorted(unrecorded))}; record it with ./dev bench budget --update")
        return 77 if len(unrecorded) == len(CASES) else 1
    kinds = ["calls", "instructions"]
    if budget["build"] != build_text() and not options.update:
        print(f"instructions are not compared: recorded with {budget['build']}, this is {build_text()}")
        kinds.remove("instructions")

    def one(job):
        (name, kind), core = job
        return least_counts(name, core, kind, None if options.update else budget["cases"].get(name, {}).get(kind))
    jobs = [(name, kind) for kind in kinds for name in names]
    with ThreadPoolExecutor(len(CORES)) as pool:
        found = dict(zip(jobs, pool.map(one, ((job, CORES[i % len(CORES)]) for i, job in enumerate(jobs)))))
    if options.update:
        budget["build"] = build_text()
        budget["cases"] |= {name: to_record({kind: found[name, kind] for kind in kinds}) for name in names}
        FILE.write_text(json.dumps(budget, indent=1) + "\n")
        print(f"recorded in {FILE.name}; say in the commit's message why")
        return 0
    within = [tell(name, kind, budget["cases"][name][kind], found[name, kind]) for name, kind in jobs]
    if not all(within):
        print("A request costs more than its budget. If what it buys is worth that, record it in the same commit, and say\n"
              "there why: ./dev bench budget --update. Otherwise the lines above say where to look; the whole picture:\n"
              "valgrind --tool=callgrind build/release/bin/echopoold …, then callgrind_annotate.")
    return 0 if all(within) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotMeasured as why:
        sys.exit(f"not measured: {why}")
