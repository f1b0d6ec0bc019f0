"""Finds the place of a bug: a file by its name, a function in it, and a fragment of code in that function's body.

A fragment is compared token by token, so line breaks, indentation and comments do not matter. `$x` in it stands for any
name or chain of members (`state.on_duty`, `lot_->size`), the same one at each mention."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"\$\w+|\w+|::|->|<<|>>|&&|\|\||[-+*/%=!<>&|]=|\+\+|--|\S")
CHAIN = r"[A-Za-z_]\w*(?:(?:\.|->|::)\w+)*"
NOT_FUNCTIONS = {"if", "for", "while", "switch", "catch", "return", "sizeof", "alignas", "decltype", "noexcept"}
AFTER_PARAMETERS = re.compile(r"\s*(?:(?:const|noexcept|override|final|mutable|&&?)\s*)*(?:->\s*[\w:<>,&*\s]+?\s*)?")
LITERAL_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\')|//[^\n]*|/\*.*?\*/', re.DOTALL)
PAIRS = {"(": ")", "{": "}"}


class Lost(ValueError):
    """The place is not there, or not clear."""


@dataclass
class Function:
    name: str
    start: int  # of its body, with both braces
    end: int


def blanked(text, strings):
    """The same text, with the same offsets, and spaces for the comments, and for the strings if `strings`."""
    def spaces(match):
        return match.group() if match.group(1) and not strings else re.sub(r"[^\n]", " ", match.group())
    return LITERAL_OR_COMMENT.sub(spaces, text)


def end_of(code, start):
    """Behind what closes the parenthesis or brace at `start`; None when nothing does."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] == code[start]:
            depth += 1
        elif code[at] == PAIRS[code[start]]:
            depth -= 1
            if depth == 0:
                return at + 1
    return None


def body_after(code, at):
    """Where the body begins of a function whose parameters end at `at`; None: it is a call or a declaration."""
    at = AFTER_PARAMETERS.match(code, at).end()
    if code[at:at + 1] == ":" and code[at:at + 2] != "::":  # the members of a constructor
        at += 1
        while member := re.compile(r"\s*[\w:]+(?:<[^;{}()]*>)?\s*(?=[({])").match(code, at):
            end = end_of(code, member.end())
            if end is None:
                return None
            at = end
            more = re.compile(r"\s*,").match(code, at)
            if not more:
                break
            at = more.end()
        at = re.compile(r"\s*").match(code, at).end()
    return at if code[at:at + 1] == "{" else None


def functions(text):
    """Every function defined in the text, in its order."""
    code = blanked(text, strings=True)
    found = []
    for match in re.finditer(r"(?<![\w.>])(~?[A-Za-z_]\w*)\s*(?=\()", code):
        if match.group(1) in NOT_FUNCTIONS:
            continue
        after = end_of(code, match.end())
        start = body_after(code, after) if after else None
        end = end_of(code, start) if start else None
        if end:
            found.append(Function(match.group(1), start, end))
    return found


def pattern_of(fragment):
    """The regular expression of a fragment."""
    parts, seen = [], set()
    for token in TOKEN.findall(fragment):
        name = token[1:]
        if not token.startswith("$"):
            part = re.escape(token)
        elif name in seen:
            part = rf"(?P={name})"
        else:
            part = rf"(?P<{name}>{CHAIN})"
            seen.add(name)
        if re.match(r"\$?\w", token):
            part = rf"(?<!\w){part}(?!\w)"
        parts.append(part)
    return re.compile(r"\s*".join(parts))


def files():
    return subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], cwd=ROOT, check=True, capture_output=True,
                          text=True).stdout.split()


def path_of(name, tracked):
    """The tracked file of that name, in whatever folder."""
    found = [path for path in tracked if ("/" + path).endswith("/" + name) and (ROOT / path).is_file()]
    if len(found) != 1:
        raise Lost(f"there are {len(found)} files of the name {name}" + "".join(f"\n    {path}" for path in found))
    return found[0]


def matches(text, function, fragment):
    """Each match of the fragment in the bodies of the functions of that name."""
    code, pattern = blanked(text, strings=False), pattern_of(fragment)
    bodies = [found for found in functions(text) if found.name == function]
    spans = {match.span(): match for body in bodies for match in pattern.finditer(code, body.start, body.end)}
    return list(spans.values())


def replaced(text, function, fragment, replacement):
    """The text with the fragment replaced, whose place must be the only one."""
    found = matches(text, function, fragment)
    if len(found) != 1:
        raise Lost(lost(text, function, fragment, len(found)))
    new = re.sub(r"\$(\w+)", lambda name: found[0].group(name.group(1)), replacement)
    return text[:found[0].start()] + new + text[found[0].end():]


def lost(text, function, fragment, count):
    """What was looked for, and what is there instead."""
    bodies = [found for found in functions(text) if found.name == function]
    looked_for = f"in {function}() it should find once, and finds {count} times:\n    {fragment}"
    if not bodies:
        names = ", ".join(dict.fromkeys(found.name for found in functions(text)))
        return f"there is no function {function}() in it; there are: {names}\n  {looked_for}"
    return "\n".join([looked_for] + [f"  the function is:\n{text[body.start:body.end]}" for body in bodies])


def whereabouts(fragment, tracked):
    """Every function, in all files of the product, in which the fragment is now."""
    found, pattern = [], pattern_of(fragment)
    for path in tracked:
        if path.split("/")[0] not in ("common", "server", "client"):
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        code = blanked(text, strings=False)
        if pattern.search(code):
            found += [f"{path}: {body.name}()" for body in functions(text) if pattern.search(code, body.start, body.end)]
    return found
