#!/usr/bin/env python3
"""docs/log-messages.md and the sources name the same events. Prints what is missing on either side."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# `log_event(LogLevel::info, "event"`, `constexpr const char* event = "…"`, and the line the sinks build themselves.
SOURCES = re.compile(r'(?:log_(?:event|exception)\(\s*[^;"{]*?|const char\* event = |LineBuffer line?\{|LineBuffer\{)"([a-z ]+)"', re.S)

logged = set()
for source in [*ROOT.glob("common/src/**/*.cpp"), *ROOT.glob("server/**/*.cpp")]:
    logged |= set(SOURCES.findall(source.read_text(encoding="utf-8")))

page = (ROOT / "docs/log-messages.md").read_text(encoding="utf-8")
described = {" ".join(word for word in row.split() if "=" not in word) for row in re.findall(r"^\| `([^`]+)`", page, re.M)}
reasons = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.M))
described -= reasons

wrong = [f"docs/log-messages.md does not describe `{event}`" for event in sorted(logged - described)]
wrong += [f"docs/log-messages.md describes `{event}`, which nothing logs" for event in sorted(described - logged)]
listed = (ROOT / "server/include/echopool/stats.hpp").read_text(encoding="utf-8")
for enumeration in ("EndReason", "RefuseReason", "DropReason"):
    body = re.search(rf"enum class {enumeration}[^{{]*{{(.*?)}};", listed, re.S).group(1)
    for reason in re.findall(r"^\s*([a-z_]+),", body, re.M):
        if f"`{reason}`" not in page:
            wrong.append(f"docs/log-messages.md does not describe the reason `{reason}`")

if len(logged) < 10:
    wrong.append(f"only {len(logged)} events were found in the sources: has the way they are logged changed?")
print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
