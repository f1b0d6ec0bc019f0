#!/usr/bin/env python3
"""mutate.py [NAME…]: tests the tests. Puts the bugs of bugs.py into a copy of the sources below build/mutation, one at a
time, and runs the tests that should notice. Exit status 1 unless every bug is caught.
mutate.py --check [NAME…]: builds nothing, and tells which bugs have lost their place or their tests."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import places
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
    path = COPY / places.path_of(bug.file, places.files())
    original = path.read_text()
    mutated = places.replaced(original, bug.function, bug.old, bug.new)
    try:
        path.write_text(mutated)
        built, output = build(bug.tests + bug.programs)
        if not built:
            raise ValueError(f"does not compile: mend bugs.py\n{output[-2000:]}")
        return next((test for test in bug.tests if not passes(test)), None)
    finally:
        path.write_text(original)


def complaint(bug, tracked):
    """Why the bug cannot be put in, or None."""
    try:
        path = places.path_of(bug.file, tracked)
        places.replaced((ROOT / path).read_text(), bug.function, bug.old, bug.new)
    except places.Lost as error:
        now = places.whereabouts(bug.old, tracked)
        return str(error) + ("\n  the fragment is in " + ", ".join(now) if now else "")
    names = {Path(source).stem for source in tracked if source.startswith("tests/")}
    missing = [test for test in bug.tests
               if not names & {test, test.removeprefix("client_"), test.removeprefix("fuzz_") + "_fuzz"}]
    return "there is no test " + ", ".join(missing) if missing else None


def check(wanted):
    tracked = places.files()
    complaints = [(bug, text) for bug in wanted if (text := complaint(bug, tracked))]
    for bug, text in complaints:
        print(f"tools/mutation/bugs.py: {bug.name} (in {bug.file}): {text}\n", file=sys.stderr)
    print(f"{len(wanted) - len(complaints)} of {len(wanted)} bugs have their place")
    return 1 if complaints else 0


def mutate(wanted):
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
    return 1 if missed else 0


names = [word for word in sys.argv[1:] if word != "--check"]
unknown = set(names) - {bug.name for bug in BUGS}
if unknown:
    sys.exit("bugs.py has no bug of the name " + ", ".join(sorted(unknown)))
chosen = [bug for bug in BUGS if not names or bug.name in names]
sys.exit(check(chosen) if "--check" in sys.argv[1:] else mutate(chosen))
