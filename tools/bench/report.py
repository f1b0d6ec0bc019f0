#!/usr/bin/env python3
"""Puts a run of tcp.py into docs/performance.md, between its marks, and its plots into docs/performance/.

usage: report.py [JSON]   (default build/bench/tcp.json)"""

import json
import shutil
import sys
from pathlib import Path

from measure import RESULTS, ROOT
from plots import plot
from servers import TITLES
from show import compared, goal_rows, markdown, rows

PAGE = ROOT / "docs/performance.md"
PLOTS = ROOT / "docs/performance"
BEGIN, END = "<!-- latest run: ./dev bench report writes from here -->", "<!-- to here -->"
PICTURES = {
    "cpu": "CPU time of the server for a 64-byte echo, by connections",
    "rate": "64-byte echoes a second, by connections",
    "p99": "99th percentile of a 64-byte echo, by connections",
    "goals": "Every ratio that has a goal, as a share of what the goal allows",
}


def machine_text(machine):
    kind = "a virtual machine" if machine["virtual"] else "bare metal"
    return (f"{machine['processor']}, {kind} with {machine['cores']} cores and {machine['memory_gib']} GiB; "
            f"{machine['kernel']}, {machine['system']}, {machine['compiler']}, {machine['build']}. Server on core "
            f"{machine['server_core']}, generator on core {machine['generator_core']}; a `getppid` from Python took "
            f"{machine['getppid_us']} us; load average at the start {machine['load']}.")


def load_section(name, result):
    lines = [f"#### {result['title']} (`{name}`)", "", *markdown(*rows(result)), ""]
    if compared(result):
        lines += [f"Ratios are {TITLES[result['ours']]} to the row's server: median [least greatest].", ""]
    if result["not_measured"]:
        lines += [*(f"- {TITLES[server]}: not measured: {why}" for server, why in result["not_measured"].items()), ""]
    if calls := result.get("calls", {}).get(result["ours"]):
        lines += ["System calls: " + ", ".join(f"`{call}` {count:.2f}" for call, count in calls.items()) + ".", ""]
    return lines


def section(result, pictures):
    met = sum(goal["met"] for goal in result["goals"])
    lines = [BEGIN, "", f"Taken {result['date']} in {result['took_seconds']} s on {machine_text(result['machine'])}", "",
             f"Repeat it with `{result['command']}`: {result['pairs']} interleaved pairs of {result['seconds']:g} s.", "",
             f"### Goals: {met} of {len(result['goals'])} met", "", *markdown(*goal_rows(result["goals"])), ""]
    lines += [line for name, text in PICTURES.items() if name in pictures
              for line in (f"![{text}](performance/{name}.svg)", "")]
    lines += ["### Every load", ""]
    for name, load in result["loads"].items():
        lines += load_section(name, load)
    return "\n".join([*lines, END])


def main():
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS / "tcp.json"
    if not source.is_file():
        sys.exit(f"{source} is not there: run ./dev bench first")
    result = json.loads(source.read_text())
    page = PAGE.read_text()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        sys.exit(f"{PAGE} has lost its marks '{BEGIN}' and '{END}'")
    shutil.rmtree(PLOTS, ignore_errors=True)
    pictures = {file.stem for file in plot(result, PLOTS)}
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + section(result, pictures) + rest.split(END)[1])
    print(f"{PAGE.relative_to(ROOT)} and {len(pictures)} plots: the run of {result['date']}")


if __name__ == "__main__":
    main()
