#!/usr/bin/env python3
"""Asks zsh what it completes. Only its line editor can say, so it runs on a pseudo-terminal.

usage: zsh_completion.py FOLDER LINE EXPECTED [LINE EXPECTED]…
FOLDER has the completions. LINE is typed, then a tab; EXPECTED is what the line becomes, or, where several things are
possible, words that zsh must list, separated by spaces. Every wait has a limit.
"""

import os
import pty
import re
import select
import signal
import sys
import time

PATIENCE = 20.0  # seconds for one answer; it takes milliseconds
ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
SHOWN = rb"line=\[(.*)\]\n"
# A tab completes or lists; ^T then shows the line as it has become, and empties it.
SETUP = (
    "PS1= PS2= fpath=({folder} $fpath); autoload -U compinit && compinit -u -D; setopt nobeep noautomenu; LISTMAX=1000\n"
    "show() {{ print; print -r -- \"line=[$BUFFER]\"; BUFFER=; zle redisplay }}; zle -N show; bindkey '^T' show\n"
    "stty rows 500 columns 400; print re\\ady\n"
)


class Shell:
    def __init__(self, folder):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.type(SETUP.format(folder=folder))
        self.until(b"ready\n")

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, sign):
        """What it writes up to the sign, escape sequences included."""
        end = time.monotonic() + PATIENCE
        screen = b""
        while not re.search(sign, ESCAPE.sub(b"", screen)):
            ready, _, _ = select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"zsh has not written {sign!r} within {PATIENCE:.0f} s, but: {screen!r}")
            screen += os.read(self.terminal, 65536)
        return screen

    def complete(self, line):
        """The line after a tab, and the words that have appeared on the screen."""
        self.type(line + "\t\x14")
        screen = self.until(SHOWN)
        became = re.search(SHOWN, ESCAPE.sub(b"", screen)).group(1)
        return became.decode().rstrip(), set(ESCAPE.sub(b" ", screen).decode().split())

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def main():
    shell = Shell(sys.argv[1])
    wrong = 0
    try:
        for line, expected in zip(sys.argv[2::2], sys.argv[3::2]):
            became, words = shell.complete(line)
            if became != expected and not (became == line.rstrip() and words.issuperset(expected.split())):
                print(f"zsh completes {line!r} to {became!r}, not to {expected!r}; on the screen: {sorted(words)}")
                wrong = 1
    finally:
        shell.end()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
