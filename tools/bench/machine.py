"""What the machine is that figures were taken on: without it they say nothing."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

from measure import BUILD, LOAD_CORE, SERVER_CORE


def first(pattern, file):
    try:
        match = re.search(pattern, Path(file).read_text(), re.MULTILINE)
    except OSError:
        match = None
    return match.group(1).strip() if match else ""


def call_us(count=100_000):
    """A system call's cost, with Python's for making it: getppid(2)."""
    begin = time.perf_counter()
    for _ in range(count):
        os.getppid()
    return round((time.perf_counter() - begin) / count * 1e6, 3)


def compiler():
    path = first(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", BUILD / "CMakeCache.txt")
    found = subprocess.run([path, "--version"], capture_output=True, text=True).stdout if path else ""
    return found.splitlines()[0] if found else ""


def describe():
    virtual = "hypervisor" in first(r"^flags\s*:(.*)$", "/proc/cpuinfo").split()
    return {
        "processor": first(r"^model name\s*:(.*)$", "/proc/cpuinfo") or platform.processor(),
        "cores": os.cpu_count(),
        "virtual": virtual,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": first(r'^PRETTY_NAME="(.*)"$', "/etc/os-release"),
        "compiler": compiler(),
        "build": first(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", BUILD / "CMakeCache.txt"),
        "server_core": SERVER_CORE,
        "generator_core": LOAD_CORE,
        "getppid_us": call_us(),
        "load": round(os.getloadavg()[0], 2),
    }
