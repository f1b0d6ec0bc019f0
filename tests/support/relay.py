"""Stands between a client and an echo service and does what a plan says: freezes, drops, delays, duplicates, cuts. It
counts what it did, so that a test can ask whether a client noticed."""

import heapq
import selectors
import socket
import threading
import time


class Plan:
    """Every figure is a function of a piece's number, from 0: a datagram's, or of one read of a connection."""

    def __init__(self, delay=lambda number: 0.0, drops=lambda number: False, doubles=lambda number: False, frozen=(),
                 cut_after=None):
        self.delay, self.drops, self.doubles = delay, drops, doubles
        self.frozen = frozen  # pairs of seconds since the first piece came: nothing passes in between
        self.cut_after = cut_after  # answered bytes after which a connection is closed

    def passes_at(self, since_first):
        """When what would pass then does."""
        for begin, end in self.frozen:
            if begin <= since_first < end:
                return end
        return since_first


class Relay:
    """A context manager; everything belongs to its one thread."""

    def __init__(self, server, plan, udp=False):
        self.server, self.plan, self.udp = server, plan, udp
        self.dropped = self.doubled = self.pieces = self.accepted = self.cut = 0
        self.listener = socket.socket(type=socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self.listener.bind(("127.0.0.1", 0))
        if not udp:
            self.listener.listen(128)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.first = None
        self.waiting = []  # (when, order, what to call)
        self.order = 0
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.sockets = [self.listener]
        self.ups = {}  # UDP: a client's address to its own socket to the server
        self.over = False
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        for each in self.sockets:
            each.close()

    def run(self):
        while not self.over:
            wait = min(0.05, max(0.0, self.waiting[0][0] - time.monotonic())) if self.waiting else 0.05
            for key, _ in self.selector.select(wait):
                key.data(key.fileobj)
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                heapq.heappop(self.waiting)[2]()

    def later(self, delay, what, not_before=0.0):
        now = time.monotonic()
        if self.first is None:
            self.first = now
        when = max(self.first + self.plan.passes_at(now + delay - self.first), not_before)
        self.order += 1
        heapq.heappush(self.waiting, (when, self.order, what))
        return when

    def watch(self, sock, what):
        sock.setblocking(False)
        self.sockets.append(sock)
        self.selector.register(sock, selectors.EVENT_READ, what)

    def accept(self, listener):
        if self.udp:
            self.take_datagram(listener)
            return
        client, _ = listener.accept()
        self.accepted += 1
        up = socket.create_connection(("127.0.0.1", self.server))
        for each in (client, up):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        way = {"answered": 0, "last": 0.0}
        self.watch(client, lambda _: self.pass_on(client, up, way, False))
        self.watch(up, lambda _: self.pass_on(up, client, way, True))

    def pass_on(self, source, target, way, is_answer):
        try:
            piece = source.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            for each in (source, target):
                self.end(each)
            return
        if not is_answer:
            self.later(0, lambda: self.send(target, piece))
            return
        number = self.pieces
        self.pieces += 1
        # Bytes of a stream stay in order.
        way["last"] = self.later(self.plan.delay(number), lambda: self.answer(source, target, piece, way), way["last"])

    def answer(self, source, target, piece, way):
        limit = self.plan.cut_after
        if limit is not None and way["answered"] + len(piece) >= limit:
            self.cut += 1
            for each in (source, target):
                self.end(each)
            return
        way["answered"] += len(piece)
        self.send(target, piece)

    def end(self, sock):
        try:
            self.selector.unregister(sock)
        except (KeyError, ValueError):
            return  # it has ended already
        sock.close()

    @staticmethod
    def send(sock, piece):
        try:
            sock.setblocking(True)
            sock.sendall(piece)
            sock.setblocking(False)
        except OSError:
            pass  # the other side has gone

    def take_datagram(self, listener):
        datagram, client = listener.recvfrom(65536)
        if client not in self.ups:
            up = self.ups[client] = socket.socket(type=socket.SOCK_DGRAM)
            up.connect(("127.0.0.1", self.server))
            self.watch(up, lambda up: self.return_datagram(up, client))
        number = self.pieces
        self.pieces += 1
        if self.plan.drops(number):
            self.dropped += 1
            return
        copies = 1 + self.plan.doubles(number)
        self.doubled += copies - 1
        up = self.ups[client]
        self.later(self.plan.delay(number), lambda: [up.send(datagram) for _ in range(copies)])

    def return_datagram(self, up, client):
        answer = up.recv(65536)
        self.later(0, lambda: self.listener.sendto(answer, client))
