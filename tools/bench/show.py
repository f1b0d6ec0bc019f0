"""Tables for people, in a terminal and in Markdown, of what the driver found."""

from servers import TITLES

FIGURES = {  # what it is called, and how it is written
    "rate": ("a second", "{:,.0f}"),
    "cpu_us": ("CPU us", "{:.2f}"),
    "p50_us": ("p50 us", "{:,.0f}"),
    "p99_us": ("p99 us", "{:,.0f}"),
    "p999_us": ("p99.9 us", "{:,.0f}"),
    "rss_kib": ("RSS KiB", "{:,.0f}"),
    "switches": ("switches", "{:.2f}"),
    "syscalls": ("calls", "{:.2f}"),
    "mb_per_s": ("MB/s", "{:,.0f}"),
    "cpu_us_per_mb": ("CPU us/MB", "{:,.0f}"),
    "bytes_per_connection": ("bytes each", "{:,.0f}"),
    "first_echo_ms": ("echo ms", "{:.2f}"),
    "first_echo_more_ms": ("ms more", "{:.2f}"),
    "cpu_ms_per_s": ("CPU ms/s", "{:.3f}"),
    "switches_per_s": ("switches/s", "{:.1f}"),
    "start_ms": ("start ms", "{:.1f}"),
}


def value_text(figure, values):
    return FIGURES[figure][1].format(values["median"]) if values else "-"


def ratio_text(values):
    return f"{values['median']:.2f} [{values['min']:.2f} {values['max']:.2f}]" if values else "-"


def compared(result):
    """The figures worth a ratio, for they are what goals are about: CPU time, and what the load calls its own."""
    wanted = ("cpu_us", "cpu_us_per_mb", "rate", "p50_us", "p99_us", "start_ms", "bytes_per_connection")
    return [figure for figure in wanted if figure in result["figures"]][:3]


def rows(result):
    """Heading and rows: a server's medians, and for a rival what ours is to it, as a ratio."""
    ratios = compared(result)
    heading = ["", *(FIGURES[figure][0] for figure in result["figures"]),
               *(f"ratio {FIGURES[figure][0]}" for figure in ratios)]
    table = [[TITLES[server], *(value_text(figure, figures.get(figure)) for figure in result["figures"]),
              *(ratio_text(result["ratios"].get(server, {}).get(figure)) for figure in ratios)]
             for server, figures in result["servers"].items()]
    return heading, table


def aligned(heading, table):
    widths = [max(len(row[i]) for row in [heading, *table]) for i in range(len(heading))]
    return ["  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(row, widths))) for row in [heading, *table]]


def markdown(heading, table):
    return ["| " + " | ".join(heading) + " |", "|---" + "|--:" * (len(heading) - 1) + "|",
            *("| " + " | ".join(row) + " |" for row in table)]


def goal_rows(goals):
    table = [[goal["load"], FIGURES[goal["figure"]][0], TITLES[goal["rival"]] if goal["rival"] else "the figure itself",
              ratio_text(goal["value"]), f"{'at least' if goal['least'] else 'at most'} {goal['limit']:.4g}",
              "met" if goal["met"] else "MISSED"] for goal in goals]
    return ["load", "figure", "against", "median [least greatest]", "goal", ""], table


def show_load(name, result):
    print(f"\n{name}: {result['title']}  (ratios: {TITLES[result['ours']]} / the row's server)")
    print("\n".join(aligned(*rows(result))))
    for server, why in result["not_measured"].items():
        print(f"  {TITLES[server]}: not measured: {why}")
    for server, calls in result.get("calls", {}).items():
        print(f"  calls of {TITLES[server]}: " + ", ".join(f"{call} {count:.2f}" for call, count in calls.items()))


def show_goals(goals):
    if goals:
        print("\nGoals")
        print("\n".join(aligned(*goal_rows(goals))))
        print(f"  {sum(goal['met'] for goal in goals)} of {len(goals)} met")
