"""The figures to hold, and whether a run holds them. A ratio is echopool / rival, the median of the pairs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    load: str
    figure: str
    limit: float
    rival: str = ""  # none: the figure itself is bounded
    least: bool = False  # at least the limit, not at most


def cpu_and_rate(load, rival, limit):
    """No more CPU time a request, and as many more requests a second."""
    return [Goal(load, "cpu_us", limit, rival), Goal(load, "rate", 1 / limit, rival, least=True)]


GOALS = [
    *cpu_and_rate("64B-1", "hold", 1.00),
    *cpu_and_rate("64B-16", "hold", 0.75),
    *(goal for load in ("64B-16", "64B-256") for goal in cpu_and_rate(load, "poco", 0.70)),
    *(goal for load in ("64B-16", "64B-256", "64B-2000") for rival, limit in (("asio", 1.10), ("epoll", 1.20))
      for goal in cpu_and_rate(load, rival, limit)),
    Goal("64B-256", "p99_us", 1.2, "asio"),
    Goal("64B-256", "rss_kib", 1.0, "poco"),
    Goal("64B-256", "rss_kib", 1.0, "asio"),
    Goal("connect", "cpu_us", 0.70, "poco"),
    Goal("connect", "cpu_us", 1.20, "asio"),
    *(Goal("stream", "cpu_us_per_mb", 1.0, rival)
      for rival in ("poco", "asio", "asio-2", "asio-blocking", "epoll", "thread", "xinetd", "socat", "ncat")),
    Goal("stream", "p50_us", 3.0, "asio"),
    *(Goal(load, "cpu_us", 1.0, "udp-bare") for load in ("udp-64-1", "udp-64-16", "udp-1400-16")),
    Goal("idle", "bytes_per_connection", 1024),
    Goal("idle", "first_echo_more_ms", 10),
    Goal("start", "start_ms", 30),
    Goal("log-requests", "cpu_us", 1.03, "log-off"),
    Goal("log-connections", "cpu_us", 1.25, "log-off"),
    Goal("logfile-connections", "cpu_us", 1.25, "log-off"),
]


def judge(loads):
    """Of the loads measured: [{load, rival, figure, limit, least, value: {median, min, max}, met}]"""
    verdicts = []
    for goal in GOALS:
        result = loads.get(goal.load)
        if result is None:
            continue
        values = result["ratios"].get(goal.rival) if goal.rival else result["servers"][result["ours"]]
        value = (values or {}).get(goal.figure)
        if value is None:
            continue
        met = value["median"] >= goal.limit if goal.least else value["median"] <= goal.limit
        verdicts.append({"load": goal.load, "rival": goal.rival, "figure": goal.figure, "limit": goal.limit,
                         "least": goal.least, "value": value, "met": met})
    return verdicts
