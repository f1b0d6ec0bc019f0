"""Tables and plots of hostile.py, in a terminal, as SVG and in docs/reliability.md."""

import json
import shutil
import subprocess
import sys

from hostile_cases import KINDS, TARGETS, THREADS
from measure import ROOT
from plots import STYLE, quoted
from report import machine_text
from show import markdown

HEADING = (f"{'':12} {'undisturbed':>11} {'share':>6} {'wait ms':>8} {'worst ms':>9} {'bytes each':>10} {'kept':>8} "
           f"{'CPU alone':>9} {'beside':>6} {'theirs':>6} {'doing':>6}")
FIGURES = {"share": "share", "worst_ms": "worst wait", "bytes_each": "memory"}
PAGE, PLOTS = ROOT / "docs/reliability.md", ROOT / "docs/reliability"
BEGIN, END = "<!-- hostile peers: ./dev bench hostile --report writes from here -->", "<!-- to here -->"
PICTURES = {"share": "Honest requests a second beside hostile peers, as a share of those without them",
            "wait": "The longest wait of a newcomer beside hostile peers"}


def waited(case, key):
    """A wait that did not end is longer than what was seen of it."""
    text = f"{case[key]:,.1f}" if case[key] < 10 else f"{case[key]:,.0f}"
    return f"> {text}" if case["unserved"] and key == "worst_ms" else text


def missed_text(case):
    return ", ".join(f"{FIGURES[goal['figure']]} {'>=' if goal['least'] else '<='} {goal['limit']:,.4g}"
                     for goal in case["goals"] if not goal["met"])


def row(case):
    marks = [f"MISSED {missed_text(case)}"] if missed_text(case) else ["ok"] if case["goals"] else []
    marks += [f"SPOILED: {case['shortfall']}"] if case["shortfall"] else []
    marks += [f"others took {case['others']:.0%} of a core"] if case["others"] > 0.15 else []
    return (f"{case['kind']:12} {case['undisturbed']:>11,.0f} {case['share']:>6.2f} {case['wait_ms']:>8.1f} "
            f"{waited(case, 'worst_ms'):>9} {case['bytes_each']:>10,.0f} {case['kept_each']:>8,.0f} "
            f"{case['cpu_alone']:>9.1%} {case['cpu_beside']:>6.0%} {case['cpu_hostile']:>6.1%} {case['doing']:>6}  {'; '.join(marks)}")


def points(cases, count, figure):
    """{server: {kind: value}} of those that were measured with so many."""
    found = {}
    for case in cases:
        if case["count"] == count and figure in case:
            found.setdefault(case["server"], {})[case["kind"]] = case[figure]
    return found


def script(file, title, unit, found, scale):
    lines = [STYLE.format(file=file, title=title).replace("760,420", "860,460"), *scale, "set key outside right",
             f"set ylabel '{unit}'", f"set xrange [-0.5:{len(KINDS) - 0.5}]",
             "set xtics (" + ", ".join(f"'{kind}' {at}" for at, kind in enumerate(KINDS)) + ")"]
    for index, values in enumerate(found.values()):
        spread = (index - (len(found) - 1) / 2) * 0.07  # side by side, or the last would hide the first
        lines += [f"$data{index} << end", *(f"{at + spread:.3f} {values[kind]}" for at, kind in enumerate(KINDS)
                                            if kind in values), "end"]
    lines.append("plot " + ", ".join(
        f"$data{index} with points pt {7 if TARGETS[server].parks else 6} ps 0.9 lw 1.5 "
        f"title {quoted(TARGETS[server].server.title)}" for index, server in enumerate(found)))
    return "\n".join(lines)


def draw(result, folder, count=400):
    """The SVG files written: of the runs with 400 peers, which every server has."""
    if not shutil.which("gnuplot"):
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, figure, unit, scale in (
            ("share", "share", "share of the undisturbed rate", ["set yrange [-0.05:1.2]"]),
            ("wait", "worst_ms", "milliseconds", ["set logscale y", "set yrange [0.1:10000]"])):
        found, file = points(result["cases"], count, figure), folder / f"{name}.svg"
        file.unlink(missing_ok=True)
        if found:
            subprocess.run(["gnuplot"], input=script(file, f"{PICTURES[name]} ({count} of each kind)", unit, found, scale),
                           text=True, check=True)
            written.append(file)
    return written


def cells(case):
    if "not_measured" in case:
        return [KINDS[case["kind"]], "not measured", *[""] * 8]
    return [KINDS[case["kind"]], f"{case['share']:.2f}", f"{case['wait_ms']:,.1f}", waited(case, "worst_ms"),
            f"{case['bytes_each']:,.0f}", f"{case['kept_each']:,.0f}" if TARGETS[case["server"]].protocol != "http" else "-",
            f"{case['cpu_alone']:.1%}", f"{case['cpu_beside']:.0%}",
            f"{case['cpu_hostile']:.1%}", missed_text(case)]


def section(result):
    """The text between the marks."""
    cases = result["cases"]
    goals = [goal for case in cases for goal in case["goals"]]
    lines = [BEGIN, "", f"Taken {result['date']} in {result['took_seconds']} s with `{result['command']}` on "
             f"{machine_text(result['machine'])} {sum(goal['met'] for goal in goals)} of {len(goals)} goals met.", ""]
    disturbed = [case for case in cases if case.get("others", 0) > 0.15]
    if disturbed:
        lines += [f"Other programs took more than 15 % of a core during {len(disturbed)} of {len(cases)} cases: those "
                  "are trials, not results.", ""]
    lines += [line for name, text in PICTURES.items() for line in (f"![{text}](reliability/{name}.svg)", "")]
    for name, count in dict.fromkeys((case["server"], case["count"]) for case in cases):
        of_it = [case for case in cases if (case["server"], case["count"]) == (name, count)]
        threads = "" if TARGETS[name].parks or name == "asio" else f", {THREADS} threads"
        lines += [f"**{TARGETS[name].server.title}{threads}: {count:,} of each kind**", "",
                  *markdown(["", "share", "wait ms", "worst ms", "bytes each", "kept", "CPU alone", "beside", "theirs", "missed"],
                            [cells(case) for case in of_it]), ""]
    return "\n".join([*lines, END])


def report(source):
    if not source.is_file():
        sys.exit(f"{source} is not there: run ./dev bench hostile first")
    result, page = json.loads(source.read_text()), PAGE.read_text()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        sys.exit(f"{PAGE} has lost its marks '{BEGIN}' and '{END}'")
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + section(result) + rest.split(END)[1])
    print(f"{PAGE.relative_to(ROOT)} and {len(draw(result, PLOTS))} plots: the run of {result['date']}")
    return 0
