"""A second echo client with a schedule, written for nothing but to be compared with `echopool load`: one thread, one list
with a record of each request, percentiles from the sorted list. It shares no code and no histogram with the first."""

import math
import selectors
import socket
import struct
import time


class Record:
    def __init__(self, due):
        self.due, self.sent, self.answered, self.copies = due, None, None, 0


class Result:
    """Times in seconds; what has no answer counts with its age."""

    def __init__(self, records, start, end, planned):
        self.answered = sum(each.answered is not None for each in records)
        self.due = len(records)
        self.duplicates = sum(max(0, each.copies - 1) for each in records)
        last = max((each.answered for each in records if each.answered is not None), default=start)
        self.rate = self.answered / max(planned, last - start)
        # (time, whether it is only at least that)
        self.times = sorted(((each.answered or end) - each.due, each.answered is None) for each in records)
        self.shortest_unanswered = min((time for time, open_end in self.times if open_end), default=math.inf)

    def quantile(self, share):
        """The nearest rank, and whether it is only at least that."""
        time = self.times[max(1, math.ceil(share * len(self.times))) - 1][0]
        return time, time >= self.shortest_unanswered


def measure(port, rate, count, connections, size, patience, udp=False):
    """`count` requests, number i due at i/rate, over connection i mod `connections`; answers are waited for `patience`
    seconds after the last is due."""
    sockets, ahead, partial = [], [], []
    selector = selectors.DefaultSelector()
    for number in range(connections):
        each = socket.socket(type=socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        each.connect(("127.0.0.1", port))
        if not udp:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        each.setblocking(False)
        selector.register(each, selectors.EVENT_READ, number)
        sockets.append(each)
        ahead.append([])
        partial.append(b"")
    start = time.monotonic() + 0.01
    records = [Record(start + i / rate) for i in range(count)]
    end = records[-1].due + patience
    following = 0

    def take(number):
        try:
            data = sockets[number].recv(65536)
        except (BlockingIOError, ConnectionRefusedError):
            return
        now = time.monotonic()
        messages = [data] if udp else []
        if not udp:
            partial[number] += data
            while len(partial[number]) >= size:
                messages.append(partial[number][:size])
                partial[number] = partial[number][size:]
        for message in messages:
            (index,) = struct.unpack_from("!Q", message)
            if message != content(index, size):
                raise RuntimeError(f"request {index} came back damaged")
            records[index].copies += 1
            if records[index].answered is None:
                records[index].answered = now

    while True:
        now = time.monotonic()
        while following < count and records[following].due <= now:
            sockets[following % connections].send(content(following, size))
            records[following].sent = now
            following += 1
        if now >= end or (not udp and following == count and all(each.answered for each in records)):
            break
        wait = (records[following].due if following < count else end) - time.monotonic()
        for key, _ in selector.select(max(0.0, wait)):
            take(key.data)
    for each in sockets:
        each.close()
    return Result(records, start, time.monotonic(), count / rate)


def content(index, size):
    return (struct.pack("!Q", index) + bytes((index * 7 + place) % 251 for place in range(size - 8)))
