#!/usr/bin/env python3
"""What a document shows is what happens: its programs are built against an installed echopool and its commands run.

A block ```cpp NAME.cpp is written to that file. In a block ```console every line `$ COMMAND` is run, by one shell in a
network of its own, and must print the lines that follow it, where … stands for anything. A command that ends in & is
followed by a wait until it listens. A block ```cpp before is another library's interface and not compiled; no other C++ is
allowed. usage: documents_test.py SOURCE PREFIX DOCUMENT…"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)[ \t]*([^\n]*)\n(.*?)^```$", re.M | re.S)
FUSE = 60  # seconds for one command
END = "end of command"


def listening():
    return set(subprocess.run(["ss", "-Hlntu"], capture_output=True, text=True, check=True).stdout.splitlines())


class Shell:
    """One bash for a whole document; what it starts in the background ends with it."""

    def __init__(self, folder, prefix):
        environment = dict(os.environ, LC_ALL="C.UTF-8", PATH=f"{prefix}/bin:{os.environ['PATH']}",
                           PKG_CONFIG_PATH=f"{prefix}/lib/pkgconfig", LD_LIBRARY_PATH=f"{prefix}/lib")
        self.bash = subprocess.Popen(["timeout", "300", "bash"], cwd=folder, env=environment, text=True, bufsize=1,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.run("trap 'kill $(jobs -p) 2>/dev/null' EXIT")

    def run(self, command):
        before = listening() if command.endswith("&") else None
        self.bash.stdin.write(f"{command}\necho '{END}'\n")
        lines = []
        while (line := self.bash.stdout.readline()) and not line.endswith(END + "\n"):
            lines.append(line.rstrip("\n"))
        if rest := line[: -len(END) - 1]:
            lines.append(rest)
        if not line:
            sys.exit(f"FAIL  $ {command}\nthe shell has ended:\n" + "\n".join(lines))
        end = time.monotonic() + FUSE
        while before is not None and not listening() - before:
            if time.monotonic() > end:
                sys.exit(f"FAIL  $ {command}\nlistens nowhere")
            time.sleep(0.02)
        return lines

    def close(self):
        self.bash.stdin.close()
        self.bash.wait()


def fits(printed, expected):
    pattern = "\n".join(".*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) for line in expected)
    return re.fullmatch(pattern.replace("\\ ", " "), "\n".join(printed), re.S if "…" in expected else 0)


def commands(text):
    command, expected = None, []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, expected
            command, expected = line[2:], []
        elif command is None:
            sys.exit(f"FAIL  a console block begins with a command, not with: {line}")
        else:
            expected.append(line)
    if command is not None:
        yield command, expected


def try_document(document, prefix):
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder, prefix)
        done = 0
        for language, name, text in BLOCK.findall(document.read_text(encoding="utf-8")):
            if language == "cpp" and name.endswith(".cpp"):
                (Path(folder) / name).write_text(text)
            elif language == "cpp" and name != "before":
                sys.exit(f"FAIL  {document.name}: a C++ block that is not tried:\n{text}")
            elif language == "console":
                for command, expected in commands(text):
                    printed = shell.run(command)
                    if not fits(printed, expected):
                        sys.exit(f"FAIL  {document.name}: $ {command}\n-- should print\n" + "\n".join(expected) +
                                 "\n-- prints\n" + "\n".join(printed))
                    done += 1
        shell.close()
        if done == 0:
            sys.exit(f"FAIL  {document.name} has nothing to try")
        print(f"ok    {document.name}: {done} commands do what it says", flush=True)


if os.environ.get("ECHOPOOL_OWN_NETWORK") != "yes":
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0:
        print("SKIP  this system allows no private network (unshare -rn)")
        sys.exit(77)
    os.environ["ECHOPOOL_OWN_NETWORK"] = "yes"
    os.execvp("unshare", ["unshare", "-rn", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable, *sys.argv])
source_folder, installed = (Path(argument).resolve() for argument in sys.argv[1:3])
for argument in sys.argv[3:]:
    try_document(source_folder / argument, installed)
