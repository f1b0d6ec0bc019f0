"""Plots of a run, as SVG, with gnuplot(1)."""

import shutil
import subprocess

from servers import SERVERS
from show import FIGURES

STYLE = """set terminal svg size 760,420 font 'sans-serif,12' background 'white' dynamic
set output '{file}'
set title '{title}'
set grid ytics lc rgb '#dddddd'
set border 3
set tics nomirror
"""
CURVES = {  # of the loads of 64-byte messages, by the number of connections
    "cpu": ("cpu_us", "CPU time of the server for a 64-byte echo", "microseconds"),
    "rate": ("rate", "64-byte echoes a second", "requests a second"),
    "p99": ("p99_us", "99th percentile of a 64-byte echo", "microseconds"),
}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def curves(loads, figure):
    """{server: [(connections, value)]}"""
    found = {}
    for load, result in loads.items():
        if not load.startswith("64B-"):
            continue
        for server, figures in result["servers"].items():
            if figure in figures:
                found.setdefault(server, []).append((int(load.split("-")[1]), figures[figure]["median"]))
    return found


def draw_curves(loads, file, figure, title, unit):
    found = curves(loads, figure)
    if not any(len(points) > 1 for points in found.values()):
        return None
    script = [STYLE.format(file=file, title=title), "set logscale xy", "set key outside right",
              "set xlabel 'connections'", f"set ylabel '{unit}'", "set xtics (1, 16, 256, 2000)",
              "set xrange [0.8:2500]"]
    for index, (server, points) in enumerate(found.items()):
        script += [f"$data{index} << end", *(f"{x} {y}" for x, y in points), "end"]
    script.append("plot " + ", ".join(
        f"$data{index} with linespoints lw {3 if server in ('park', 'hold') else 1.5} pt 7 ps 0.6 "
        f"title {quoted(SERVERS[server].title)}" for index, server in enumerate(found)))
    return "\n".join(script)


def draw_goals(goals, file):
    """Every ratio that has a goal, with its least and greatest, as a share of what the goal allows."""
    shown = [goal for goal in goals if goal["rival"] and not goal["least"]]
    if not shown:
        return None
    script = [STYLE.format(file=file, title="Goals: ratio to the rival, as a share of what is allowed (1 or less is met)")
              .replace("760,420", f"760,{120 + 22 * len(shown)}"),
              "set grid xtics lc rgb '#dddddd'", "unset key", f"set yrange [{len(shown)}:-1]", "set xrange [0:*]",
              "set lmargin 42", "set arrow from 1,graph 0 to 1,graph 1 nohead lc rgb '#c00000'", "$data << end"]
    for index, goal in enumerate(shown):
        value, limit = goal["value"], goal["limit"]
        label = f"{goal['load']}: {FIGURES[goal['figure']][0]} / {goal['rival']}"
        script.append(f'{value["median"] / limit} {index} {value["min"] / limit} {value["max"] / limit} "{label}"')
    script += ["end", "plot $data using 1:2:3:4:yticlabels(5) with xerrorbars lw 2 pt 7 ps 0.7 lc rgb '#2050a0'"]
    return "\n".join(script)


def plot(result, folder):
    """The SVG files written."""
    if not shutil.which("gnuplot"):
        return []
    folder.mkdir(parents=True, exist_ok=True)
    scripts = {name: draw_curves(result["loads"], folder / f"{name}.svg", *what) for name, what in CURVES.items()}
    scripts["goals"] = draw_goals(result["goals"], folder / "goals.svg")
    written = []
    for name, script in scripts.items():
        file = folder / f"{name}.svg"
        file.unlink(missing_ok=True)
        if script:
            subprocess.run(["gnuplot"], input=script, text=True, check=True)
            written.append(file)
    return written
