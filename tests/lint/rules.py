#!/usr/bin/env python3
"""The rules of the house that no compiler checks: which room may use which, what public headers may include, what a
header says of itself, words that name nothing. Prints `file:line: offence`; exit status 1 if there is one."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A room is a folder and what is below it, down to the next room. It may include its own headers, and those of the rooms
# named here: the arrows of docs/architecture.md (besides the standard library, the system and Boost).
PUBLIC_COMMON = "common/include/echopool"
PUBLIC_SERVER = "server/include/echopool"
MAY_USE = {
    PUBLIC_COMMON: [],
    "common/src": [PUBLIC_COMMON],
    "common/src/logging": [PUBLIC_COMMON, "common/src"],
    "common/src/options": [PUBLIC_COMMON, "common/src"],
    PUBLIC_SERVER: [PUBLIC_COMMON],
    "server/daemon": [PUBLIC_COMMON, PUBLIC_SERVER, "common/src", "common/src/options"],
}


def stages(folder, basis, order):
    """Rooms in a folder, each allowed to use those before it, as far as the order says."""
    for name, uses in order.items():
        MAY_USE[f"{folder}/{name}".rstrip("/")] = basis + [f"{folder}/{used}" for used in uses]


stages("server/src", [PUBLIC_COMMON, PUBLIC_SERVER, "common/src"], {
    "kernel": [],
    "stats": [],
    "limits": [],
    "settings": ["limits"],
    "session": ["kernel", "limits", "settings", "stats"],
    "refuse": ["kernel", "limits", "stats"],
    "housekeeping": ["kernel"],
    "close": ["kernel", "session", "stats", "housekeeping"],
    "dispatch": ["kernel", "limits", "settings", "stats", "session", "refuse", "housekeeping", "close"],
    "dispatch/park": ["kernel", "limits", "settings", "session", "housekeeping", "close", "dispatch"],
    "accept": ["kernel", "limits", "settings", "stats", "session", "refuse", "dispatch"],
    "udp": ["kernel", "limits", "settings"],
    "testing": ["kernel", "session"],
    "": ["kernel", "limits", "settings", "stats", "session", "refuse", "housekeeping", "close", "dispatch",
         "dispatch/park", "accept", "udp"],
})
stages("client/src", [PUBLIC_COMMON, "common/src"], {
    "measure": [],
    "net": ["measure"],
    "verify": ["measure", "net"],
    "output": ["measure", "net", "verify"],
    "cli": ["measure", "net", "output"],
    **{command: ["measure", "net", "verify", "output", "cli"]
       for command in ("talk", "ping", "check", "opts", "load", "deadlock")},
})
STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
    clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore
    set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view strstream
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version""".split()
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
FORBIDDEN = [
    (re.compile(r"\bnew\s+[A-Za-z_(]"), "no `new`: use std::make_unique or a container"),
    (re.compile(r"\bdelete\s+[A-Za-z_]"), "no `delete`: RAII"),
    (re.compile(r"\.detach\(\)"), "no detached threads"),
    (re.compile(r"\[=\]"), "no [=]: name what a lambda captures"),
    (re.compile(r"boost::this_thread::interruption_point|\.interrupt\(\)"), "no thread interruption"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "no unfinished marks"),
]
# Words that name nothing: what is meant is a thread, a caller, a peer, and its name is as short.
NAMELESS = re.compile(r"\b(whoever|whomever|somebody|someone|anybody|everybody)\b", re.IGNORECASE)
PLAIN_WORDS = ["client", "common", "etc", "packaging", "tests", "tools", "server/daemon", "server/include", "CONTRIBUTING.md",
               "CHANGELOG.md", *(f"docs/{page}.md" for page in ("architecture", "deadlock", "json", "log-messages",
                                                                "operations", "performance", "reliability")),
               *(f"server/src/{room}" for room in ("accept", "kernel", "limits", "refuse", "settings", "stats", "udp"))]
# The one place for each exception, which says there why it is one.
ALLOWED = {
    "no detached threads": {"common/src/thread.hpp", "common/src/thread.cpp"},
    # Boost.Program_options takes a value's description by raw pointer, and owns it.
    "no `new`: use std::make_unique or a container": {"client/src/cli/arguments.cpp"},
}

offences = []


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [line for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def offence(path, line, text):
    offences.append(f"{path}:{line}: {text}")


def room_of(path):
    return next((room for room in sorted(MAY_USE, key=len, reverse=True) if path.startswith(room + "/")), None)


def resolve(path, name):
    """Which of our files an include means; None for the system's."""
    if name.startswith("echopool/"):
        base = name.split("/", 1)[1]
        return next((f"{d}/{base}" for d in (PUBLIC_COMMON, PUBLIC_SERVER) if (ROOT / d / base).is_file()), None)
    roots = (f"{path.split('/')[0]}/src", "server/daemon", "common/src", "server/src", "client/src")
    return next((f"{root}/{name}" for root in roots if (ROOT / root / name).is_file()), None)


def without_comment(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', line).split("//")[0]


for path in tracked("*.cpp", "*.hpp"):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    room = room_of(path)
    public = "/include/echopool/" in path
    if path.endswith(".hpp"):
        if not lines[0].startswith("// "):
            offence(path, 1, "a header opens with its purpose, its owner and its calling thread")
        opening = " ".join(line for line in lines[:12] if line.startswith("//"))
        word = "Installed." if public else "For tests only." if path.startswith("tests/") else "Internal."
        if room and word not in opening:
            offence(path, 1, f"the opening comment of this header says '{word}'")
        if "#pragma once" not in lines:
            offence(path, 1, "no #pragma once")
    for number, line in enumerate(lines, 1):
        if match := INCLUDE.match(line):
            kind, name = match.groups()
            ours = resolve(path, name) if kind == '"' or name.startswith("echopool/") else None
            if public and not name.startswith("echopool/") and name not in STANDARD:
                offence(path, number, f"a public header includes the standard library only, not <{name}>")
            if room and ours and room_of(ours) not in [room, *MAY_USE[room]]:
                offence(path, number, f"{room} may not use {ours}")
            if room and kind == '"' and not name.startswith("echopool/") and not ours:
                offence(path, number, f"headers are included by their path below src/, and {name} is none")
            continue
        code = without_comment(line)
        for pattern, why in FORBIDDEN:
            if path in ALLOWED.get(why, ()) or path.startswith("tools/bench/peers/"):
                continue  # the peers are written as their own documentation would have it
            if pattern.search(line if "unfinished" in why else code):
                offence(path, number, why)

for path in tracked(*PLAIN_WORDS):
    if path == "tests/lint/rules.py" or path.startswith("tests/fuzz/corpus/"):
        continue
    for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if match := NAMELESS.search(line):
            offence(path, number, f"'{match.group()}': say which thread, caller or peer is meant")

print("\n".join(sorted(offences)), file=sys.stderr) if offences else None
sys.exit(1 if offences else 0)
