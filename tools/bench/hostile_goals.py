"""What hostile peers may do to honest clients of a server of ours that parks, at default settings."""

from hostile_cases import STALLED

SHARE = {400: 0.9, 4000: 0.8}  # of the undisturbed rate
WORST_MS = {400: 100, 4000: 250}  # of a newcomer
STALLED_BYTES = 1024  # of a stalled peer, beyond what it makes us keep
SILENT_BYTES = 300
MANY = 4000  # memory is judged with so many: what the server itself has grown by is shared by all of them


def goal(figure, value, limit, least=False):
    return {"figure": figure, "value": value, "limit": limit, "least": least,
            "met": value >= limit if least else value <= limit}


def judge(case):
    """[{figure, value, limit, least, met}]"""
    count, goals = case["count"], []
    if count in SHARE:
        goals.append(goal("share", case["share"], SHARE[count], least=True))
        goals.append(goal("worst_ms", case["worst_ms"], WORST_MS[count]))
    if count >= MANY and case["kind"] in STALLED:
        goals.append(goal("bytes_each", case["bytes_each"], case["kept_each"] + STALLED_BYTES))
    if count >= MANY and case["kind"] == "silent":
        goals.append(goal("bytes_each", case["bytes_each"], SILENT_BYTES))
    return goals
