"""Clients that wait for each answer, and until the server is at rest, before they go on: what the server does then is the
same every time, whichever of its threads the kernel runs first."""

import os
import socket
import time

from measure import NotMeasured

PATIENCE = 30
MESSAGE = b"x" * 64


class Rest:
    """Waits until every thread of a process sleeps: all that came of the last step is done."""

    def __init__(self, pid):
        folder = f"/proc/{pid}/task"
        self.threads = [os.open(f"{folder}/{thread}/stat", os.O_RDONLY) for thread in os.listdir(folder)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            os.close(thread)

    def wait(self):
        deadline = time.monotonic() + PATIENCE
        while not all(self._sleeps(thread) for thread in self.threads):
            if time.monotonic() > deadline:
                raise NotMeasured(f"the server is not at rest after {PATIENCE} s")

    @staticmethod
    def _sleeps(thread):
        """Neither running nor stopped by its tracer: proc_pid_stat(5), the state after the name."""
        return os.pread(thread, 512, 0).rsplit(b") ", 1)[1].startswith(b"S")


def dial(address):
    client = socket.create_connection(address, PATIENCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def ask(client):
    client.send(MESSAGE)
    got = 0
    while got < len(MESSAGE):
        part = client.recv(len(MESSAGE))
        if not part:
            raise NotMeasured("the server closed the connection")
        got += len(part)


def echo(address, connections, requests, rest):
    clients = [dial(address) for _ in range(connections)]
    for i in range(requests):
        rest.wait()
        ask(clients[i % connections])
    for client in clients:
        client.close()


def connect(address, connections, requests, rest):
    for _ in range(requests):
        rest.wait()
        with dial(address) as client:
            rest.wait()
            ask(client)
            rest.wait()
            client.shutdown(socket.SHUT_WR)
            client.recv(1)


def datagrams(address, connections, requests, rest):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        for _ in range(requests):
            rest.wait()
            ask(client)


TALKS = {"echo": echo, "connect": connect, "datagrams": datagrams}
