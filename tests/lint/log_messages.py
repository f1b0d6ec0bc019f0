#!/usr/bin/env python3
"""docs/log-messages.md and the sources name the same events with the same fields. Prints what is missing on either side.

The events of the sources are the calls below, as far as their name is a constant. A field is `{"key", …}` in the call; a
field made before the call counts when the call names its variable (`const LogField id{"id", …}`). log_exception() adds
fields of its own."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"\b(log_event|log_exception|tell_others|tell_others_within_take|LineBuffer(?:\s+\w+)?)\s*([({])")
CONSTANT = re.compile(r'const char\* (\w+) = "([a-z ]+)"')
FIELD = re.compile(r'\{\s*"([a-z_]+)",')
VARIABLE = re.compile(r'\bLogField (\w+)\{\s*"([a-z_]+)",')
EXCEPTION = {"type", "what"}
# Fields that no call of the event names, with where they come from.
ADDED = {"handler failed": {"trace"}}

wrong = []


def call_at(text, start):
    """The text between the bracket at `start` and the one that closes it."""
    depth, quoted, i = 0, False, start
    while i < len(text):
        c = text[i]
        if quoted:
            i += c == "\\"
            quoted = c != '"'
        elif c == '"':
            quoted = True
        elif c in "({":
            depth += 1
        elif c in ")}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : i]
        i += 1
    return text[start + 1 :]


logged = {}  # event: [(place, fields)]
for source in [*ROOT.glob("common/src/**/*.cpp"), *ROOT.glob("server/**/*.cpp")]:
    text = source.read_text(encoding="utf-8")
    constants = dict(CONSTANT.findall(text))
    variables = dict(VARIABLE.findall(text))
    for match in CALL.finditer(text):
        call = call_at(text, match.end() - 1)
        before = call.split("{", 1)[0]
        name = re.search(r'"([a-z ]+)"', before)
        event = name.group(1) if name else next((constants[w] for w in re.findall(r"\w+", before) if w in constants), None)
        if event is None:
            continue
        rest = call[call.index("{") :] if "{" in call else ""
        fields = set(FIELD.findall(rest))
        fields |= {variables[w] for w in re.findall(r"\b\w+\b", re.sub(r'"[^"]*"', "", rest)) if w in variables}
        if match.group(1) == "log_exception":
            fields |= EXCEPTION
        place = f"{source.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        logged.setdefault(event, []).append((place, fields))

page = (ROOT / "docs/log-messages.md").read_text(encoding="utf-8")
reasons = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.M))
described = {}  # event: its fields
optional = {}  # event: those in brackets, which not every line has
for row in re.findall(r"^\| `([^`]+)`", page, re.M):
    if row in reasons:
        continue
    event = " ".join(word for word in re.sub(r"\[[^]]*\]", "", row).split() if "=" not in word)
    described[event] = set(re.findall(r"([a-z_]+)=", row))
    optional[event] = set(re.findall(r"([a-z_]+)=", " ".join(re.findall(r"\[([^]]*)\]", row))))

wrong += [f"docs/log-messages.md does not describe `{event}`" for event in sorted(set(logged) - set(described))]
wrong += [f"docs/log-messages.md describes `{event}`, which nothing logs" for event in sorted(set(described) - set(logged))]
for event in sorted(set(logged) & set(described)):
    used = set(ADDED.get(event, ()))
    for place, fields in logged[event]:
        used |= fields
        for field in sorted(fields - described[event]):
            wrong.append(f"{place}: `{event}` logs {field}=, which docs/log-messages.md does not have")
        for field in sorted(described[event] - optional[event] - fields):
            wrong.append(f"{place}: `{event}` lacks {field}=, which docs/log-messages.md gives every line of it")
    for field in sorted(described[event] - used):
        wrong.append(f"docs/log-messages.md gives `{event}` the field {field}=, which nothing logs")

listed = (ROOT / "server/include/echopool/stats.hpp").read_text(encoding="utf-8")
for enumeration in ("EndReason", "RefuseReason", "DropReason"):
    body = re.search(rf"enum class {enumeration}[^{{]*{{(.*?)}};", listed, re.S).group(1)
    for reason in re.findall(r"^\s*([a-z_]+),", body, re.M):
        if f"`{reason}`" not in page:
            wrong.append(f"docs/log-messages.md does not describe the reason `{reason}`")

if len(logged) < 10 or sum(len(calls) for calls in logged.values()) < 15:
    wrong.append(f"only {len(logged)} events were found in the sources: has the way they are logged changed?")
print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
