"""Counts that do not depend on time: system calls from strace(1), instructions from callgrind (valgrind(1))."""

import re
import subprocess
import tempfile
from pathlib import Path

from measure import NotMeasured


def counted_calls(variant, connections, work):
    """{system call: how often} over the life of a server that did `work(server)`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "strace"
        server = variant.start(connections, before=("strace", "-c", "-f", "-U", "name,calls", "-o", file))
        try:
            work(server)
        finally:
            end_traced(server)
        return parse_calls(file.read_text())


def end_traced(server):
    """The program's end is what makes the tracer write its summary."""
    children = [int(child) for task in Path(f"/proc/{server.pid}/task").glob("*/children")
                for child in task.read_text().split()]
    subprocess.run(["kill", "-TERM", *map(str, children)], check=False, stderr=subprocess.DEVNULL)
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.end()
        raise NotMeasured(f"{server.name} does not end under strace") from None


def parse_calls(summary):
    rows = re.findall(r"^(\w+)\s+(\d+)\s*$", summary, re.MULTILINE)
    return {name: int(calls) for name, calls in rows if name != "total"}


def per_unit(fewer, more, units):
    """What each of `units` further requests cost, of two runs that differ by that many."""
    return {key: (more.get(key, 0) - fewer.get(key, 0)) / units for key in fewer | more}
