"""Where the programs are, and what the kernel says of a process: for the scripts that measure, torment and watch it."""

import os
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ECHOPOOL_BUILD", ROOT / "build/release"))


def cpu_seconds(pid):
    """User and system time of all its threads to the nanosecond, also of those that have ended (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2)


def memory_kib(pid, shared=True):
    """Resident memory; not `shared`: of a page that several processes have, each has a part."""
    file, key = ("status", "VmRSS:") if shared else ("smaps_rollup", "Pss:")
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(key))
