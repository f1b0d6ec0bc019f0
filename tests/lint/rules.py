#!/usr/bin/env python3
"""The rules of the house that no compiler checks: which room may use which, what public headers may include, what a
header says of itself. Prints `file:line: offence`; exit status 1 if there is one."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A room may include headers of these rooms only (besides the standard library, the system and Boost).
PUBLIC_COMMON = "common/include/echopool"
PUBLIC_SERVER = "server/include/echopool"
MAY_USE = {
    "common": ["common"],
    "server/include": [PUBLIC_COMMON, PUBLIC_SERVER],
    "server/src": ["common", "server/include", "server/src"],
    "server/daemon": [PUBLIC_COMMON, "common/src", PUBLIC_SERVER, "server/daemon"],
    "client": ["common", "client"],
}
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
# The one place for each exception, which says there why it is one.
ALLOWED = {
    "no detached threads": {"common/src/thread.hpp", "common/src/thread.cpp"},
    # Boost.Program_options takes a value's description by raw pointer, and owns it.
    "no `new`: use std::make_unique or a container": {"client/cli/arguments.cpp"},
}

offences = []


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [line for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def offence(path, line, text):
    offences.append(f"{path}:{line}: {text}")


headers = {}
for header in tracked("*.hpp"):
    headers.setdefault(Path(header).name, []).append(header)


def room_of(path):
    return next((room for room in sorted(MAY_USE, key=len, reverse=True) if path.startswith(room + "/")), None)


def resolve(path, name):
    """Which of our files an include means; None for the system's."""
    if name.startswith("echopool/"):
        base = name.split("/", 1)[1]
        return next((f"{d}/{base}" for d in (PUBLIC_COMMON, PUBLIC_SERVER) if (ROOT / d / base).is_file()), None)
    beside = str(Path(path).parent / name)
    if (ROOT / beside).is_file():
        return beside
    return next(iter(headers.get(Path(name).name, [])), None)


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
            if room and ours and not any(ours.startswith(allowed + "/") for allowed in MAY_USE[room]):
                offence(path, number, f"{room} may not use {ours}")
            continue
        code = without_comment(line)
        for pattern, why in FORBIDDEN:
            if path in ALLOWED.get(why, ()) or path.startswith("tests/bench/peers/"):
                continue  # the peers are written as their own documentation would have it
            if pattern.search(line if "unfinished" in why else code):
                offence(path, number, why)

print("\n".join(sorted(offences)), file=sys.stderr) if offences else None
sys.exit(1 if offences else 0)
