"""Runs a load against its servers in turn, and makes pairs of neighbouring runs."""

import statistics

from measure import NotMeasured


def in_turn(ours, rivals, turn):
    """The order of one round: every rival is measured next to a run of ours, before or after it by turns."""
    order = []
    for i in range(0, len(rivals), 2):
        couple = list(rivals[i:i + 2])
        if turn % 2:
            couple.reverse()
        couple.insert(1 if len(couple) == 2 else turn % 2, ours)
        order.append(couple)
    return order


def measure_pairs(load, rivals, rounds, seconds, progress):
    """(runs of ours, {rival: [(our figures, its figures)]}, {rival: why it was not measured})"""
    pairs, missing = {rival: [] for rival in rivals}, {}
    own = []
    for turn in range(rounds):
        for group in in_turn(load.ours, rivals, turn):
            found = {}
            for name in group:
                if name in missing:
                    continue
                progress(turn, name)
                try:
                    found[name] = load.run(name, seconds)
                except NotMeasured as why:
                    if name == load.ours:
                        raise
                    missing[name] = str(why)
            own.append(found[load.ours])
            for name in found.keys() - {load.ours}:
                pairs[name].append((found[load.ours], found[name]))
    return own, {name: found for name, found in pairs.items() if found}, missing


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def figures_of(runs):
    """{figure: its median, least and greatest}"""
    keys = dict.fromkeys(key for run in runs for key in run)
    found = {key: [run[key] for run in runs if run.get(key) is not None] for key in keys}
    return {key: spread(values) for key, values in found.items() if values}


def ratios_of(pairs):
    """{figure: median, least and greatest of ours / theirs}"""
    found = {}
    for ours, theirs in pairs:
        for key in ours.keys() & theirs.keys():
            if ours[key] is not None and theirs[key]:
                found.setdefault(key, []).append(ours[key] / theirs[key])
    return {key: spread(values) for key, values in sorted(found.items())}


def measure_load(load, rivals, rounds, seconds, progress=lambda turn, name: None):
    own, pairs, missing = measure_pairs(load, rivals, rounds, seconds, progress)
    return {
        "title": load.title,
        "ours": load.ours,
        "figures": load.figures,
        "servers": {load.ours: figures_of(own)} | {name: figures_of([b for _, b in found]) for name, found in pairs.items()},
        "ratios": {name: ratios_of(found) for name, found in pairs.items()},
        "not_measured": missing,
    }
