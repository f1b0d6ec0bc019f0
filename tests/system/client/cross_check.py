#!/usr/bin/env python3
"""`echopool load` and a second client that shares no code with it see the same of the same bad network.

usage: cross_check.py ECHOPOOL ECHOPOOLD"""

import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))
from relay import Plan, Relay  # noqa: E402
from second_client import measure  # noqa: E402

# Both clients are late by what the scheduler does to each, besides the histogram's 1 %; the plans' times are long.
SLACK_S = 0.025

PROBLEMS = []


def check(case, holds, what):
    if not holds:
        PROBLEMS.append(f"{case}: {what}")


def load(echopool, relay, rate, count, connections, patience, *more):
    run = subprocess.run([echopool, "load", "-R", str(rate), "-t", str(count / rate), "-c", str(connections), "-l", "64",
                          "-W", str(patience), "-J", *more, f"127.0.0.1:{relay.port}"],
                         capture_output=True, text=True, timeout=60)
    return json.loads(run.stdout), run.returncode


def compare(case, first, second, answered_slack=0):
    requests = first["requests"]
    check(case, requests["due"] == second.due, f"due {requests['due']} and {second.due}")
    check(case, abs(requests["answered"] - second.answered) <= answered_slack,
          f"answered {requests['answered']} and {second.answered}")
    check(case, requests["answered"] + requests["lost"] + requests["unsent"] == requests["due"], f"sums: {requests}")
    check(case, abs(requests["answered_per_second"] / second.rate - 1) < 0.03,
          f"rate {requests['answered_per_second']:.1f} and {second.rate:.1f}")
    response = first["response"]
    check(case, response["count"] == second.due, "every request that was due is in the distribution")
    for key, share in (("p50_ns", 0.5), ("p90_ns", 0.9), ("p99_ns", 0.99), ("max_ns", 1)):
        if response[key] is None:
            continue
        time, at_least = second.quantile(share)
        ours = response[key] / 1e9
        print(f"{case:28} {key:7} {'>= ' if key in response['at_least'] else '':3}{ours:.4f} s"
              f"   second client {'>= ' if at_least else '':3}{time:.4f} s")
        check(case, abs(ours - time) <= 0.01 * time + SLACK_S, f"{key}: {ours:.4f} and {time:.4f}")
        check(case, (key in response["at_least"]) == at_least, f"{key}: only one of them says 'at least'")


def bad_datagrams(echopool, server):
    plan = dict(delay=lambda n: 0.05 + (n % 50) * 0.004, drops=lambda n: n % 10 == 3, doubles=lambda n: n % 10 == 5)
    case, arguments = "datagrams lost and doubled", (200, 400, 2, 0.6)
    with Relay(server, Plan(**plan), udp=True) as relay:
        first, status = load(echopool, relay, *arguments, "-u", "--fail-if", "p99>1s")
        check(case, first["requests"]["lost"] == relay.dropped == 40, f"lost {first['requests']['lost']}")
        check(case, first["probes"]["duplicates"] == relay.doubled, f"duplicates {first['probes']['duplicates']}")
        check(case, status == 1, "p99>1s must fail: 10 % were never answered")
    with Relay(server, Plan(**plan), udp=True) as relay:
        second = measure(relay.port, *arguments[:3], 64, arguments[3], udp=True)
        check(case, second.duplicates == relay.doubled, "the second client counts duplicates")
    compare(case, first, second)


def delayed_stream(echopool, server):
    plan = dict(delay=lambda n: 0.1 + (n % 40) * 0.01)
    case, arguments = "a stream delayed", (100, 200, 8, 5)
    with Relay(server, Plan(**plan)) as relay:
        first, _ = load(echopool, relay, *arguments)
        check(case, relay.accepted == first["connections"]["opened"] + first["connections"]["trial"] == 8,
              f"{relay.accepted} connections came")
    with Relay(server, Plan(**plan)) as relay:
        second = measure(relay.port, *arguments[:3], 64, arguments[3])
    compare(case, first, second)


def thawed(echopool, server):
    plan, case, arguments = Plan(frozen=[(0.5, 1.9)]), "frozen, and thawed", (500, 1200, 4, 2)
    with Relay(server, plan) as relay:
        first, status = load(echopool, relay, *arguments, "--fail-if", "p99>5ms")
        check(case, status == 1, "p99>5ms must fail")
        check(case, 1.2e9 < first["longest_silence_ns"] < 1.6e9, f"silence {first['longest_silence_ns']}")
        check(case, any("an outage" in warning for warning in first["warnings"]), f"{first['warnings']}")
    with Relay(server, plan) as relay:
        second = measure(relay.port, *arguments[:3], 64, arguments[3])
    compare(case, first, second)


def frozen(echopool, server):
    plan, case, arguments = Plan(frozen=[(1.5, 3600)]), "frozen for 2.5 of 4 s", (2000, 8000, 16, 1)
    with Relay(server, plan) as relay:
        first, status = load(echopool, relay, *arguments, "-i", "1", "--fail-if", "p99>5ms,rate<1900")
        check(case, status == 1 and len(first["failed_conditions"]) == 2, f"must fail: {first['failed_conditions']}")
        check(case, any("had no right answer" in warning for warning in first["warnings"]), f"{first['warnings']}")
        rows = first["intervals"]
        check(case, len(rows) >= 4 and sum(row["sent"] for row in rows[:4]) == first["requests"]["sent"],
              f"rows: {[row['sent'] for row in rows]}")
        check(case, sum(row["answered"] for row in rows) == first["requests"]["answered"], "the rows add up")
        check(case, rows[3]["answered"] == 0 and rows[3]["oldest_ns"] > 2e9, f"the last row shows the outage: {rows[3]}")
    with Relay(server, plan) as relay:
        second = measure(relay.port, *arguments[:3], 64, arguments[3])
    compare(case, first, second, answered_slack=60)


def cut(echopool, server):
    case = "connections cut"
    with Relay(server, Plan(cut_after=64 * 20)) as relay:
        first, _ = load(echopool, relay, 200, 400, 4, 1)
        connections = first["connections"]
        broken = sum(each["count"] for each in connections["broken"])
        check(case, broken == relay.cut, f"broken {broken}, cut {relay.cut}")
        check(case, connections["opened"] == relay.accepted, f"opened {connections['opened']} of {relay.accepted}")
        check(case, connections["lost_by_break"] == first["requests"]["lost"] >= relay.cut - connections["broken_idle"],
              f"{connections}")


def main():
    echopool, echopoold = sys.argv[1:]
    with subprocess.Popen([echopoold, "-c", "/dev/null", "--tcp.listen=127.0.0.1:0", "--udp.listen=127.0.0.1:0",
                           "--log.sinks=stderr", "--log.connections=off"], stderr=subprocess.PIPE, text=True) as daemon:
        try:
            ports = {}
            while len(ports) < 2:
                line = daemon.stderr.readline()
                if not line:
                    sys.exit("echopoold ended before it listened")
                if match := re.search(r" listening transport=(\w+) address=127\.0\.0\.1:(\d+)", line):
                    ports[match[1]] = int(match[2])
            bad_datagrams(echopool, ports["udp"])
            for case in (delayed_stream, thawed, frozen, cut):
                case(echopool, ports["tcp"])
        finally:
            daemon.terminate()
    for problem in PROBLEMS:
        print(problem)
    return 1 if PROBLEMS else 0


sys.exit(main())
