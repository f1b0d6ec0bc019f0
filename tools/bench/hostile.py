#!/usr/bin/env python3
"""What hostile peers do to honest clients: thousands that stall, drip, never read, half-close, say nothing or reset, beside
16 closed loops and a newcomer every 250 ms. The server has one core, all its clients the other.

Every figure with a goal is judged, and one that is missed makes the exit status 1, as do hostile peers that were none.
Writes build/bench/hostile.json and plots; --report puts the latest run into docs/reliability.md."""

import argparse
import datetime
import json
import os
import sys
import time

from hostile_cases import KINDS, TARGETS, measure_case
from hostile_goals import judge
from hostile_show import HEADING, draw, report, row
from machine import describe
from measure import RESULTS, ROOT, NotMeasured, raise_descriptor_limit


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=f"servers: {' '.join(TARGETS)}\nkinds: {' '.join(KINDS)}")
    parser.add_argument("--servers", help="names, comma-separated (default every server)")
    parser.add_argument("--kinds", help="names, comma-separated (default every kind)")
    parser.add_argument("--counts", help="hostile peers, comma-separated (default 16,400,4000 where it makes sense)")
    parser.add_argument("--rounds", type=int, default=2, help="of a case that has goals (default 2)")
    parser.add_argument("--seconds", type=float, default=1.5, help="beside the hostile peers, a round; half of it without")
    parser.add_argument("--attempts", type=int, default=3, help="at a round that other programs disturb (default 3)")
    parser.add_argument("--quick", action="store_true", help="400 of each kind against what parks, one round: two minutes")
    parser.add_argument("--output", default="hostile", help="name of the JSON file and of the plots' folder in build/bench")
    parser.add_argument("--report", action="store_true", help="measure nothing: put the latest run into docs/reliability.md")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
        options.counts = options.counts or "400"
        options.servers = options.servers or ",".join(name for name, what in TARGETS.items() if what.parks)
    return options


def chosen(asked, known, what):
    names = asked.split(",") if asked else list(known)
    if unknown := set(names) - set(known):
        sys.exit(f"there is no {what} {' '.join(sorted(unknown))}; there are: {' '.join(known)}")
    return names


def cases(options):
    """(server, kind, count), those of one server and number together."""
    kinds = chosen(options.kinds, KINDS, "kind")
    for name in chosen(options.servers, TARGETS, "server"):
        counts = [int(count) for count in options.counts.split(",")] if options.counts else TARGETS[name].counts
        yield from ((name, kind, count) for count in counts for kind in kinds)


def measure(options):
    found, heading = [], None
    for name, kind, count in cases(options):
        what = TARGETS[name]
        if heading != (name, count):
            heading = name, count
            print(f"\n{what.server.title}, {count:,} of each\n{HEADING}", flush=True)
        rounds = options.rounds if what.parks and count >= 400 else 1
        case = {"server": name, "kind": kind, "count": count}
        try:
            case |= measure_case(what, kind, count, rounds, options.seconds, options.attempts)
        except NotMeasured as why:
            print(f"{kind:12} not measured: {why}", flush=True)
            found.append(case | {"not_measured": str(why), "goals": []})
            continue
        case["goals"] = judge(case) if what.parks else []
        found.append(case)
        print(row(case), flush=True)
    return found


def main():
    options = arguments()
    if options.report:
        return report(RESULTS / f"{options.output}.json")
    raise_descriptor_limit()
    began = time.monotonic()
    result = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "machine": describe(),
              "command": "./dev bench hostile" + " --quick" * options.quick, "rounds": options.rounds,
              "seconds": options.seconds}
    found = result["cases"] = measure(options)
    result |= {"took_seconds": round(time.monotonic() - began), "load_at_the_end": round(os.getloadavg()[0], 2)}
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{options.output}.json"
    file.write_text(json.dumps(result, indent=1) + "\n")
    drawn = draw(result, RESULTS / options.output)
    goals = [goal for case in found for goal in case["goals"]]
    spoiled = [f"{case['server']}, {case['count']} {case['kind']}: {case['shortfall']}" for case in found if case.get("shortfall")]
    unmeasured = [case for case in found if "not_measured" in case and TARGETS[case["server"]].parks]
    print(f"\n{result['took_seconds']} s; {sum(goal['met'] for goal in goals)} of {len(goals)} goals met; "
          f"{file.relative_to(ROOT)} and {len(drawn)} plots beside it")
    for text in spoiled:
        print(f"the hostile peers were none: {text}")
    return 1 if spoiled or unmeasured or not all(goal["met"] for goal in goals) else 0


if __name__ == "__main__":
    sys.exit(main())
