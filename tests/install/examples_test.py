#!/usr/bin/env python3
"""Every example, as it is installed, is built against an installed echopool and spoken to; RESP also by the real redis-cli and
redis-benchmark, where they are installed. usage: examples_test.py SOURCE PREFIX"""

import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

prefix = Path(sys.argv[2]).resolve()
examples = prefix / "share/doc/echopool/examples"
scratch_owner = tempfile.TemporaryDirectory()
scratch = Path(scratch_owner.name)
FUSE = 20  # seconds; a test passes as soon as it can


def shell(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, **options)
    if done.returncode != 0:
        sys.exit(f"FAIL  {' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


def show(holds, what):
    print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)
    if not holds:
        sys.exit(1)


@contextmanager
def running(name):
    """The example on free ports; returns its ports in the order of its log lines, TCP before UDP."""
    log = scratch / f"{name}.log"
    with log.open("w") as stderr:
        program = subprocess.Popen([scratch / "build" / name, "127.0.0.1:0"], stderr=stderr)
    try:
        end = time.monotonic() + FUSE
        expected = {"small_services": 7}.get(name, 1)
        while len(ports := re.findall(r"listening transport=\w+ address=\S+:(\d+)", log.read_text())) < expected:
            if time.monotonic() > end or program.poll() is not None:
                sys.exit(f"FAIL  {name} does not listen:\n{log.read_text()}")
            time.sleep(0.02)
        yield [int(port) for port in ports]
        program.send_signal(signal.SIGTERM)
        show(program.wait(FUSE) == 0, f"{name} stops with status 0")
    finally:
        program.kill()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), FUSE)


def receive(client, size):
    data = b""
    while len(data) < size and (more := client.recv(size - len(data))):
        data += more
    return data


def receive_all(client):
    data = b""
    while more := client.recv(65536):
        data += more
    return data


def ask_datagram(port, question):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(FUSE)
    client.sendto(question, ("127.0.0.1", port))
    return client.recv(65536)


def line_protocol():
    with running("line_protocol") as [port]:
        client = connect(port)
        client.sendall(b"PI")
        client.sendall(b"NG\nhello\n")
        client.shutdown(socket.SHUT_WR)
        show(receive_all(client) == b"PONG\nERR\n", "line_protocol answers PING and what is not PING")


def small_services():
    with running("small_services") as ports:
        discard, daytime, chargen, time_, _, udp_daytime, udp_time = ports
        client = connect(discard)
        client.sendall(b"x" * 1_000_000)
        client.shutdown(socket.SHUT_WR)
        show(receive_all(client) == b"", "discard takes a megabyte and says nothing")
        pattern = rb"\w+day, \w+ \d\d, \d{4} \d\d:\d\d:\d\d-UTC\r\n"
        show(re.fullmatch(pattern, receive_all(connect(daytime))), "daytime speaks first, and closes")
        show(re.fullmatch(pattern, ask_datagram(udp_daytime, b"")), "daytime answers an empty datagram")
        for answer in (receive_all(connect(time_)), ask_datagram(udp_time, b"?")):
            (seconds,) = struct.unpack(">I", answer)
            show(abs(seconds - 2_208_988_800 - time.time()) < 60, "time counts seconds since 1900")
        client = connect(chargen)
        lines = receive(client, 74 * 95 * 2).split(b"\r\n")
        show(lines[0].startswith(b" !\"#$%&'()*") and len(lines[0]) == 72 and lines[1] == lines[0][1:] + b"h"
             and lines[95] == lines[0], "chargen turns its 95 characters")
        client.close()


def chat():
    with running("chat") as [port]:
        members = [connect(port) for _ in range(3)]
        names = ["127.0.0.1:%d" % member.getsockname()[1] for member in members]
        slow, ann, bob = members
        # A member hears what was said after it entered: ask until it has.
        ann.settimeout(0.1)
        for _ in range(FUSE * 10):
            bob.sendall(b"any news?\n")
            try:
                if heard := ann.recv(4096):
                    break
            except TimeoutError:
                continue
        show(heard.startswith(f"{names[2]}: any news?\n".encode()), "chat tells the others who said what")
        ann.settimeout(FUSE)
        # `slow` never reads: far more than its outbox and the sockets' buffers hold goes by.
        line = b"x" * 1000 + b"\n"
        rounds, counted = 8_000, 0
        start = time.monotonic()
        for i in range(0, rounds, 20):
            bob.sendall(line * 20)
            bob.sendall(b"mark %d\n" % i)
            data = b""
            while not data.endswith(b"mark %d\n" % i):
                data = (data + ann.recv(65536))[-2000:]
            counted += 1
        show(counted == rounds // 20, f"chat: a member that never reads delays no other ({time.monotonic() - start:.1f} s)")
        for member in members:
            member.close()


def resp_store():
    with running("resp_store") as [port]:
        client = connect(port)
        client.sendall(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*2\r\n$3\r\nget\r\n$1\r\nn\r\n")
        show(receive(client, 20) == b"+OK\r\n$4\r\na\r\nb\r\n$-1\r\n", "resp_store keeps binary values")
        client.close()
        client = connect(port)
        client.sendall(b"*1\r\n!bad\r\n")
        show(receive_all(client) == b"", "resp_store ends a connection that breaks the protocol")
        if not shutil.which("redis-cli"):
            print("SKIP  redis-cli is not installed (redis-tools)")
            return
        cli = ["redis-cli", "-p", str(port)]
        show(shell(*cli, "SET", "greeting", "hello world") == "OK\n", "redis-cli sets")
        show(shell(*cli, "GET", "greeting") == "hello world\n", "redis-cli gets")
        show(shell(*cli, "GET", "nothing") == "\n", "redis-cli is told of what is not there")
        show("unknown command" in shell(*cli, "FLUSHALL"), "redis-cli is told what resp_store cannot do")
        out = shell("redis-benchmark", "-p", str(port), "-t", "set,get,ping", "-n", "20000", "-c", "50", "-q")
        rates = re.findall(r"(\w+: [\d.]+) requests per second", out)
        show(len(rates) == 4, "redis-benchmark runs; requests a second: " + ", ".join(rates))


shell("cmake", "-S", examples, "-B", scratch / "build", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release",
      "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-restrict")  # GCC bug 105651
shell("cmake", "--build", scratch / "build", "-j2")
sources = list(examples.glob("*.cpp"))
print(f"ok    {len(sources)} examples build against {prefix.name}")
for source in sources:
    show(len(source.read_text().splitlines()) < 80, f"{source.name} has less than 80 lines")
    globals()[source.stem]()
