"""A running echopoold on a free port of 127.0.0.1, and what can be seen of it from outside: for the scripts that load,
torment and watch it. Its log goes to a file, which is read as it grows."""

import os
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import process_figures
from process_figures import BUILD


def connect(port, receive_buffer=None):
    client = socket.socket()
    client.settimeout(20)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect(("127.0.0.1", port))
    return client


def reset(client):
    """Closes with RST instead of FIN (socket(7) SO_LINGER)."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()


def echoes(port, text=b"hello"):
    with connect(port) as client:
        client.sendall(text)
        got = b""
        while len(got) < len(text):
            piece = client.recv(65536)
            if not piece:
                return False
            got += piece
        return got == text


class Daemon:
    """A context manager that kills what still runs. `before`: what it is run under."""

    def __init__(self, *options, port=0, before=(), sinks="stderr"):
        self.log_file = tempfile.NamedTemporaryFile(prefix="echopoold-")
        self.process = subprocess.Popen(
            [*before, BUILD / "bin/echopoold", f"--tcp.listen=127.0.0.1:{port}", "--udp.listen=127.0.0.1:0",
             f"--log.sinks={sinks}", *options], stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=self.log_file)
        self.pid = self.process.pid
        self.port, self.udp_port = port, 0
        if "stderr" in sinks:
            if not self.logs("listening transport=udp"):
                self.process.kill()
                raise RuntimeError(f"echopoold does not listen:\n{self.log()}")
            self.port, self.udp_port = (int(re.search(rf"transport={which} address=127\.0\.0\.1:(\d+)", self.log())[1])
                                        for which in ("tcp", "udp"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log_file.close()

    def log(self):
        return Path(self.log_file.name).read_text(encoding="utf-8", errors="replace")

    def logs(self, text, patience=20):
        return eventually(lambda: text in self.log() or self.process.poll() is not None, patience) and text in self.log()

    def stop(self, patience=30):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def rss_kib(self):
        return process_figures.memory_kib(self.pid)

    def cpu_seconds(self):
        return process_figures.cpu_seconds(self.pid)

    def limit_descriptors(self, soft):
        """Returns the soft limit it had."""
        before, hard = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (soft, hard))
        return before


def eventually(condition, patience=20):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
