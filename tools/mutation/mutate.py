#!/usr/bin/env python3
"""mutate.py [NAME…]: tests the tests. Puts the bugs of bugs.py into a copy of the sources below build/mutation, one at a
time, and runs the tests that should notice. Exit status 1 unless every bug is caught."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bugs import BUGS

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build/mutation"
BUILD = COPY / "build/dev"
JOBS = os.environ.get("ECHOPOOL_JOBS", str(os.cpu_count()))
PATIENCE = 30  # seconds for one test program: a lost wake-up shows as a hang


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", **options)


def copy_sources():
    """Only what differs is written, so that a second run builds what has changed and no more. What is written is new: the
    object that is there may be of a file with a bug in it."""
    tracked = run("git", "ls-files", cwd=ROOT, check=True).stdout.splitlines()
    for name in tracked:
        source, target = ROOT / name, COPY / name
        if not source.is_file():
            continue
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for stale in set(COPY.rglob("*.?pp")) - {COPY / name for name in tracked}:
        if not stale.is_relative_to(COPY / "build"):
            stale.unlink()


def build(targets):
    result = run("cmake", "--build", BUILD, "--parallel", JOBS, "--target", *targets)
    return result.returncode == 0, result.stdout + result.stderr


def passes(program):
    """Whether a test program passes; one of CTest's fuzz replays or system tests is one as well."""
    found = [path for path in (BUILD / "tests").rglob(program) if path.is_file() and os.access(path, os.X_OK)]
    arguments = [COPY / "tests/fuzz/corpus" / program.removeprefix("fuzz_")] if program.startswith("fuzz_") else []
    try:
        return run(found[0], *arguments, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def caught_by(bug):
    """The test that noticed; None: all of them passed. Raises when the bug cannot be put in."""
    path = COPY / bug.file
    original = path.read_text()
    if original.count(bug.old) != 1:
        raise ValueError(f"'{bug.old}' stands {original.count(bug.old)} times in {bug.file}: mend bugs.py")
    try:
        path.write_text(original.replace(bug.old, bug.new))
        built, output = build(bug.tests + bug.programs)
        if not built:
            raise ValueError(f"it does not compile: mend bugs.py\n{output[-2000:]}")
        return next((test for test in bug.tests if not passes(test)), None)
    finally:
        path.write_text(original)


wanted = [bug for bug in BUGS if not sys.argv[1:] or bug.name in sys.argv[1:]]
copy_sources()
run("cmake", "--preset", "dev", cwd=COPY, check=True)
tests = sorted({test for bug in wanted for test in bug.tests})
built, output = build(tests + sorted({program for bug in wanted for program in bug.programs}))
if not built:
    sys.exit("the sources do not build:\n" + output[-3000:])
failing = [test for test in tests if not passes(test)]
if failing:
    sys.exit("these fail without any bug: " + ", ".join(failing))

missed = []
for bug in wanted:
    start = time.monotonic()
    try:
        test = caught_by(bug)
        verdict = f"caught by {test}" if test else "NOT CAUGHT"
    except ValueError as error:
        test, verdict = None, str(error)
    if not test:
        missed.append(bug.name)
    print(f"{bug.name:<44} {verdict}  ({time.monotonic() - start:.0f} s)", flush=True)
print(f"{len(wanted) - len(missed)} of {len(wanted)} bugs caught" + (": not " + ", ".join(missed) if missed else ""))
sys.exit(1 if missed else 0)
