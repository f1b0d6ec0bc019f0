#!/usr/bin/env python3
"""Every JSON result of the client is valid by docs/echopool.schema.json, which names every key that there is.

usage: json_schema.py ECHOPOOL ECHOPOOLD"""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

try:
    import jsonschema
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/echopool.schema.json").read_text(encoding="utf-8"))


def strict(schema):
    """The same, but keys that it does not name are wrong: users may meet new ones, this version has none."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items()}
    if "object" in (schema.get("type") or ""):
        result["additionalProperties"] = False
    return result


def nothing_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def cases(tcp, udp):
    # (exit status, command line)
    yield 0, ["ping", "-c", "30", "-i", "0.001", tcp]
    yield 0, ["ping", "-u", "-c", "30", "-i", "0.001", udp]
    yield 0, ["ping", "--connect", "-c", "2", "-i", "0.001", tcp]
    yield 1, ["ping", "-c", "1", nothing_listens()]
    yield 1, ["ping", "-u", "-c", "1", nothing_listens()]
    yield 0, ["load", "-c", "2", "-t", "0.3", "-i", "0.1", tcp]
    yield 0, ["load", "-c", "2", "-n", "100", "-R", "2k", tcp]
    yield 0, ["load", "-u", "-c", "2", "-n", "100", "-R", "2k", udp]
    yield 0, ["load", "--new-conn", "-c", "2", "-n", "20", tcp]
    yield 0, ["load", "--connect-only", "-c", "2", "-n", "20", tcp]
    yield 1, ["load", "-c", "2", "-n", "100", "--fail-if", "p50>1ns", tcp]
    yield 1, ["load", "-c", "2", "-t", "0.1", nothing_listens()]
    yield 1, ["load", "-u", "-c", "2", "-t", "0.1", nothing_listens()]
    yield 0, ["deadlock", "--bytes", "20K", tcp]
    yield 0, ["deadlock", "--stall-timeout", "0.2", "--bytes", "64M", "--fix", "smaller", tcp]
    yield 0, ["deadlock", "--stall-timeout", "0.2", "--mistake", "read-read", "--bytes", "20K", tcp]
    yield 0, ["deadlock", "-u", "--bytes", "20K", udp]
    yield 1, ["deadlock", nothing_listens()]
    yield 0, ["opts"]
    yield 0, ["opts", "-u", "-6"]
    yield 0, ["opts", "--set", "SO_RCVBUF=64K", "--set", "SO_LINGER=1s"]
    yield 1, ["opts", "--set", "IP_TTL=900"]
    yield 1, ["opts", "no-such-word"]
    for name in ("ping", "load", "deadlock", "opts"):
        yield 2, [name, "--no-such-option"]
    for name in ("ping", "load", "deadlock"):
        yield 1, [name, "no-such-host.invalid", "7"]


def endpoints(daemon):
    """What it says it listens on, by transport."""
    found = {}
    for line in daemon.stderr:
        if match := re.search(r" listening transport=(\w+) address=(\S+)", line):
            found[match[1]] = match[2]
        if len(found) == 2:
            return found["tcp"], found["udp"]
    sys.exit("echopoold ended before it listened")


def main():
    echopool, echopoold = sys.argv[1:]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(strict(SCHEMA))
    wrong = 0
    with subprocess.Popen([echopoold, "-c", "/dev/null", "--tcp.listen=127.0.0.1:0", "--udp.listen=127.0.0.1:0",
                           "--log.sinks=stderr", "--log.connections=off"], stderr=subprocess.PIPE, text=True) as daemon:
        try:
            for status, words in cases(*endpoints(daemon)):
                run = subprocess.run([echopool, *words, "-J"], capture_output=True, text=True, timeout=60)
                problems = [] if run.returncode == status else [f"exit status {run.returncode} instead of {status}"]
                result = json.loads(run.stdout, parse_constant=lambda word: problems.append(f"{word} is no JSON"))
                if result.get("exit_status") != run.returncode:
                    problems.append("exit_status is not the exit status")
                if not validator.is_valid(result):
                    one = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{words[0]}"}]}
                    errors = jsonschema.Draft202012Validator(strict(one)).iter_errors(result)
                    worst = jsonschema.exceptions.best_match(errors)
                    problems.append(f"{worst.json_path}: {worst.message[:300]}")
                for problem in problems:
                    print(f"echopool {' '.join(words)}: {problem}")
                wrong += len(problems)
        finally:
            daemon.terminate()
    return 1 if wrong else 0


sys.exit(main())
