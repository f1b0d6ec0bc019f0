"""Hostile peers beside honest clients of one server: the servers, the kinds, and the figures of one case."""

import json
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from measure import BUILD, LOAD_CORE, SERVER_CORE, TICK, NotMeasured, on_core
from process_figures import cpu_seconds
from servers import Variant, echopoold

THREADS = 32  # of servers that give a worker to each connection: 16 loops, and as many more
KINDS = {
    "half": "half a message, then silence",
    "drip": "a byte every 200 ms",
    "never-read": "writes, never reads",
    "slow-read": "writes, reads a byte a second",
    "half-closed": "half-closed and silent",
    "silent": "connects and says nothing",
    "reset": "resets in mid-answer, once a second",
}
STALLED = ("half", "drip", "never-read", "slow-read")  # of these the server has something to keep
WRITERS = ("never-read", "slow-read")
ALONE = 0.4  # seconds in which the hostile peers are alone, for their CPU


@dataclass(frozen=True)
class Target:
    server: Variant
    protocol: str
    counts: tuple  # how many hostile peers, in a whole run
    parks: bool = False  # ours, with goals and checks from inside


def lines(handler, idle, workers):
    return lambda port, connections: [BUILD / "bench/line_server", port, handler, idle, workers]


def held(program):
    return Variant("", lambda port, connections: [BUILD / "bench" / program, port, THREADS], needs=(BUILD / "bench" / program,))


def titled(title, variant):
    return Variant(title, variant.command, needs=variant.needs)


def target(title, command, protocol, counts, parks=False):
    variant = command if isinstance(command, Variant) else Variant(title, command)
    return Target(titled(title, variant), protocol, counts, parks)


EVERY, MANY = (16, 400, 4000), (400, 4000)
TARGETS = {
    "echo": target("echopoold", echopoold(), "echo", EVERY, True),
    "framed": target("lines, framed", lines("framed", "park", 16), "lines", EVERY, True),
    "unframed": target("lines, read_line", lines("unframed", "park", 16), "lines", EVERY, True),
    "echo-hold": target("echopoold, hold", echopoold("park", "--pool.idle=hold", f"--pool.workers={THREADS}"), "echo",
                        (16, 400)),
    "unframed-hold": target("lines, read_line, hold", lines("unframed", "hold", THREADS), "lines", (400,)),
    "asio": target("Boost.Asio, asynchronous", lambda port, connections: [BUILD / "bench/asio_echo", port], "echo", MANY),
    "poco": target("POCO TCPServer", held("poco_echo"), "echo", (400,)),
    "httplib": target("cpp-httplib", held("httplib_server"), "http", (400,)),
    "thrift": target("Thrift TThreadPoolServer", held("thrift_server"), "thrift", (400,)),
}


class Load:
    """The program hostile on LOAD_CORE; a context manager that ends it, and with it all its connections."""

    def __init__(self, server, protocol, kind, count):
        command = on_core(LOAD_CORE, BUILD / "bench/hostile", server.port, protocol, kind, count)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.patience = threading.Timer(120, self.process.kill)
        self.patience.start()

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise NotMeasured(f"the load program ended in '{command}'")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.patience.cancel()
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def busy_seconds():
    """What the two cores have worked, for all programs."""
    cores = {f"cpu{SERVER_CORE}", f"cpu{LOAD_CORE}"}
    total = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name in cores:
            user, nice, system, _, _, irq, softirq = map(int, ticks[:7])
            total += user + nice + system + irq + softirq
    return total / TICK


class Window:
    """What the server, its clients and others take of the cores meanwhile, as a share of one core."""

    def __init__(self, server, load):
        self.server, self.load = server.pid, load.process.pid

    def __enter__(self):
        self.begin = time.monotonic(), cpu_seconds(self.server), cpu_seconds(self.load), busy_seconds()
        return self

    def __exit__(self, *_):
        end = time.monotonic(), cpu_seconds(self.server), cpu_seconds(self.load), busy_seconds()
        took, server, load, busy = (after - before for before, after in zip(self.begin, end))
        self.cpu, self.clients, self.others = server / took, load / took, max(0.0, busy - server - load) / took


def server_queues(port):
    """The connections that a server's kernel has: how many, with unsent output, bytes to send, bytes to be read."""
    found = {"connections": 0, "jammed": 0, "to_send": 0, "to_read": 0}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rsplit(":", 1)[1], 16) != port or fields[3] != "01":
            continue
        to_send, to_read = (int(size, 16) for size in fields[4].split(":"))
        found["connections"] += 1
        found["jammed"] += to_send > 0
        found["to_send"] += to_send
        found["to_read"] += to_read
    return found


def kept_by_server(state, queues):
    """Bytes of the hostile peers that are with the server, of a service whose answers are as long as its questions: what
    has arrived, without what waits in the kernel or has been answered."""
    arrived = state["acknowledged"] - state["connected"]  # a SYN is acknowledged as well
    return max(0, arrived - state["received"] - queues["to_send"] - queues["to_read"])


def shortfall(kind, count, first, last, seconds, queues):
    """Why the hostile peers were no such peers; empty if they were. Of servers that take every connection."""
    enough = 0.95 * count
    if kind == "reset":
        acts = last["acts"] - first["acts"]
        torn = last["resets_mid_answer"] - first["resets_mid_answer"]
        if acts < 0.8 * count * seconds or torn < 0.8 * acts:
            return f"{acts} connections in {seconds:.1f} s, {torn} reset in mid-answer"
        return ""
    for when, state in (("before", first), ("after", last)):
        if state["doing"] < enough:
            return f"{state['doing']} of {count} did it {when} the honest clients were measured"
    if kind == "drip" and last["dripped"] - first["dripped"] < 0.8 * count * seconds / 0.2:
        return f"{last['dripped'] - first['dripped']} bytes dripped in {seconds:.1f} s"
    if kind in WRITERS and queues["jammed"] < enough:
        return f"{queues['jammed']} of {count} connections have output that they do not take"
    if kind != "half-closed" and queues["connections"] < enough:
        return f"the server has {queues['connections']} connections of {count}"
    return ""


def one_round(server, load, what, kind, count, seconds):
    with Window(server, load) as quiet:
        undisturbed = load.ask(f"honest {seconds / 2}")
    before = server.rss_kib()
    first = load.ask("come")
    resident, queues = server.rss_kib(), server_queues(server.port)
    began = time.monotonic()
    with Window(server, load) as alone:
        time.sleep(ALONE)
    with Window(server, load) as busy:
        beside = load.ask(f"honest {seconds}")
    last, took = load.ask("state"), time.monotonic() - began
    load.ask("leave")
    rates = [found["answers"] / found["seconds"] for found in (undisturbed, beside)]
    if not rates[0]:
        raise NotMeasured("no answer though undisturbed")
    return {
        "undisturbed": rates[0], "beside": rates[1], "waits_ms": beside["waits_ms"], "unserved": beside["unserved"],
        "undisturbed_waits_ms": undisturbed["waits_ms"],
        "bytes_each": max(0, resident - before) * 1024 / count, "kept_each": kept_by_server(first, queues) / count,
        "cpu_alone": alone.cpu, "cpu_beside": busy.cpu, "cpu_hostile": alone.clients,
        "others": max(quiet.others, busy.others),
        "doing": last["acts"] - first["acts"] if kind == "reset" else last["doing"],
        "shortfall": shortfall(kind, count, first, last, took, queues) if what.parks else "",
    }


def measure_case(what, kind, count, rounds, seconds, attempts=3, most_others=0.15):
    """The figures of one case. A round during which others take more of the cores than `most_others` is made again."""
    found = []
    for _ in range(rounds):
        tries = []
        for _ in range(attempts):
            with what.server.start(count) as server, Load(server, what.protocol, kind, count) as load:
                tries.append(one_round(server, load, what, kind, count, seconds))
            if tries[-1]["others"] <= most_others:
                break
        found.append(min(tries, key=lambda one: one["others"]))
    waits = [wait for one in found for wait in one["waits_ms"]]
    mean = {key: statistics.mean(one[key] for one in found)
            for key in ("undisturbed", "beside", "cpu_alone", "cpu_beside", "cpu_hostile")}
    return mean | {
        "share": mean["beside"] / mean["undisturbed"],
        "wait_ms": statistics.median(waits), "worst_ms": max(waits), "unserved": sum(one["unserved"] for one in found),
        "undisturbed_worst_ms": max(wait for one in found for wait in one["undisturbed_waits_ms"]),
        "bytes_each": min(one["bytes_each"] for one in found), "kept_each": max(one["kept_each"] for one in found),
        "doing": found[-1]["doing"], "others": max(one["others"] for one in found),
        "shortfall": "; ".join(one["shortfall"] for one in found if one["shortfall"]),
    }
