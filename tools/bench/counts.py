"""Counts that do not depend on time: system calls from strace(1), instructions from callgrind (valgrind(1))."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

from measure import NotMeasured


def counted_calls(start, work):
    """{system call: how often} over the life of the server that `start(before=…)` returns and `work(server)` uses."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "strace"
        server = start(before=("strace", "-c", "-f", "-U", "name,calls", "-o", file))
        try:
            work(server)
        finally:
            end_traced(server)
        return parse_calls(file.read_text())


def counted_instructions(start, work):
    """{function: instructions of its own}, likewise; `start(under=…)`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "callgrind"
        with start(under=("valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={file}")) as server:
            work(server)
        if not file.is_file() or not file.stat().st_size:
            raise NotMeasured(f"{server.name} did not end under valgrind")
        annotated = subprocess.run(["callgrind_annotate", "--threshold=100", "--show-percs=no", "--auto=no", str(file)],
                                   check=True, capture_output=True, text=True)
        return parse_instructions(annotated.stdout)


def parse_instructions(annotated):
    found = {}
    for count, where in re.findall(r"^\s*([\d,]+)\s+(\S.*)$", annotated, re.MULTILINE):
        if where == "PROGRAM TOTALS":
            continue
        function = re.sub(r"^[^:]*:|\s\[[^]]*\]$|'\d+", "", where).replace("(anonymous namespace)::", "")
        function = re.sub(r"(?<!operator)\(.*", "", function)  # without parameters: overloads count together
        found[function] = found.get(function, 0) + int(count.replace(",", ""))
    return found


def program_of(server):
    """The process that serves: strace's child, or valgrind, which runs the program in its own process."""
    children = [int(child) for task in Path(f"/proc/{server.pid}/task").glob("*/children")
                for child in task.read_text().split()]
    return children[0] if children else server.pid


def end_traced(server):
    """The program's end is what makes the tracer write its summary."""
    try:
        os.kill(program_of(server), signal.SIGTERM)
    except ProcessLookupError:
        pass
    try:
        server.process.wait(server.patience)
    except subprocess.TimeoutExpired:
        server.end()
        raise NotMeasured(f"{server.name} does not end under strace") from None


def parse_calls(summary):
    rows = re.findall(r"^(\w+)\s+(\d+)\s*$", summary, re.MULTILINE)
    return {name: int(calls) for name, calls in rows if name != "total"}


def per_unit(fewer, more, units):
    """What each of `units` further requests cost, of two runs that differ by that many."""
    return {key: (more.get(key, 0) - fewer.get(key, 0)) / units for key in fewer | more}
