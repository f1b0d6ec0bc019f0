"""Clients that wait for each answer before they ask again: what the server does then is the same every time."""

import socket

from measure import NotMeasured

PATIENCE = 30
MESSAGE = b"x" * 64


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


def echo(address, connections, requests):
    clients = [dial(address) for _ in range(connections)]
    for i in range(requests):
        ask(clients[i % connections])
    for client in clients:
        client.close()


def connect(address, connections, requests):
    for _ in range(requests):
        with dial(address) as client:
            ask(client)
            client.shutdown(socket.SHUT_WR)
            client.recv(1)


def datagrams(address, connections, requests):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        for _ in range(requests):
            ask(client)


TALKS = {"echo": echo, "connect": connect, "datagrams": datagrams}
