#!/usr/bin/env python3
"""tests_of.py NAME…: where a class, a source file or a folder of sources is tested.
tests_of.py: the whole table. tests_of.py --check: which source has no test, and which test names a source that is gone.

A test belongs to a source that has its name (parking_lot_test.cpp), that it includes, or that it names in a line of its
opening comment: `// Tests: acceptor, admission, load/`. A name with a slash at its end is a folder's."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("common/src", "server/src", "server/daemon", "client/src")
OPENING = re.compile(r"\A(?:(?://|#)[^\n]*\n)+")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [Path(line) for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def stem_of(test):
    return re.sub(r"_(test|fuzz)$", "", test.stem)


class Test:
    def __init__(self, path):
        text = (ROOT / path).read_text(encoding="utf-8")
        opening = OPENING.match(text)
        line = re.search(r"^(?://|#) Tests: (.*(?:\n(?://|#)  .*)*)", opening.group(), re.MULTILINE) if opening else None
        self.path = path
        self.named = re.findall(r"[\w/]+", line.group(1)) if line else []
        self.included = set(re.findall(r'#include "([^"]+)"', text))

    def covers(self, unit):
        """`unit`: a source without its ending."""
        header = unit.with_suffix(".hpp")
        return (stem_of(self.path) == unit.name or unit.name in self.named or f"{unit.parent.name}/" in self.named
                or any(str(header).endswith("src/" + name) or str(header) == f"server/daemon/{name}"
                       for name in self.included))


def has_logic(unit):
    """A table, a set of declarations or a class of data has none."""
    if (ROOT / unit.with_suffix(".cpp")).is_file():
        return True
    return bool(re.search(r"\b(?:if|for|while|switch) \(", (ROOT / unit.with_suffix(".hpp")).read_text(encoding="utf-8")))


def of_class(name, units):
    """The sources that define the class."""
    define = re.compile(rf"\b(?:class|struct)\s+(?:\[\[.*?\]\]\s*|\w+\s+)?{re.escape(name)}\b[^;]*{{")
    return [unit for unit in units if unit.with_suffix(".hpp") in headers
            and define.search((ROOT / unit.with_suffix(".hpp")).read_text(encoding="utf-8"))]


sources = tracked(*(f"{folder}/*.?pp" for folder in SOURCES))
headers = {path for path in sources if path.suffix == ".hpp"}
units = sorted({path.with_suffix("") for path in sources})
tests = [Test(path) for path in tracked("tests/*_test.*", "tests/*_fuzz.cpp")]


def row(unit):
    covering = [str(test.path) for test in tests if test.covers(unit)]
    return f"{unit}:\n" + "".join(f"  {path}\n" for path in covering or ["(none)"])


if sys.argv[1:] == ["--check"]:
    names = {unit.name for unit in units} | {f"{unit.parent.name}/" for unit in units}
    offences = [f"{unit}.cpp: no test has its name, includes it or names it (tests/lint/tests_of.py)" for unit in units
                if has_logic(unit) and not any(test.covers(unit) for test in tests)]
    offences += [f"{test.path}: there is no source of the name '{name}' that it says it tests" for test in tests
                 for name in test.named if name not in names]
    print("\n".join(offences), file=sys.stderr) if offences else None
    sys.exit(1 if offences else 0)

wanted = units
if sys.argv[1:]:
    wanted = []
    for name in sys.argv[1:]:
        found = [unit for unit in units if name in (unit.name, unit.parent.name)] or of_class(name, units)
        if not found:
            sys.exit(f"no source file, folder or class is named {name}")
        wanted += found
print("".join(row(unit) for unit in wanted), end="")
