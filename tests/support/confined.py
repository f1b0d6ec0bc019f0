#!/usr/bin/env python3
"""confined.py UNIT PROGRAM ARGUMENTS…: runs a program under the SystemCallFilter= lines of a systemd unit, sharper than
systemd does: a call that is not allowed is not refused but ends the program with SIGSYS (seccomp(2)). What is in a set
of calls (@system-service …) is asked of systemd-analyze(1)."""

import ctypes
import os
import subprocess
import sys

KILL_PROCESS, ALLOW = 0x80000000, 0x7FFF0000


def members(name):
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    words = [line.strip() for line in listing.stdout.splitlines()[1:]]
    return set().union(*(members(word) for word in words if word and not word.startswith("#")))


def allowed_calls(unit):
    """As systemd.exec(5) has it: the first line decides whether the list allows or forbids; later ones add or, with ~,
    take away."""
    allowed = set()
    with open(unit, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("SystemCallFilter="):
                continue
            value = line.split("=", 1)[1].strip()
            takes_away = value.startswith("~")
            named = set().union(*(members(word) for word in value.lstrip("~").split()))
            allowed = allowed - named if takes_away else allowed | named
    return allowed


def confine(calls):
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(KILL_PROCESS)))
    for name in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # negative: not a call of this architecture
            seccomp.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0)
    if seccomp.seccomp_load(context) != 0:
        sys.exit("confined.py: the kernel does not take the filter")


unit, *words = sys.argv[1:]
filter_of_unit = allowed_calls(unit)
if "read" not in filter_of_unit:
    sys.exit(f"confined.py: {unit} allows nothing: has it a SystemCallFilter=?")
confine(filter_of_unit)
os.execv(words[0], words)
