"""The servers that are measured: echopoold in its forms, and its peers, each as its own documentation would have it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from measure import BUILD, RESULTS, NotMeasured, Server, free_port


@dataclass(frozen=True)
class Variant:
    title: str
    command: Optional[Callable]  # (port, connections) -> the command line
    forks: bool = False  # a process for each connection
    most: int = 100_000  # connections it is asked to bear
    needs: tuple = ()  # programs that must be there
    before: tuple = ()  # what the command is run under
    traced: Optional[Callable] = None  # the command line while its system calls are counted, if another

    def start(self, connections=1, before=(), pause=0.01, traced=False):
        for program in self.needs:
            if not shutil.which(str(program)):
                raise NotMeasured(f"{Path(program).name} is not installed")
        if connections > self.most:
            raise NotMeasured(f"it needs a process for each connection; {self.most} are asked of it")
        port = free_port()
        command = self.traced if traced and self.traced else self.command
        return Server(self.title, command(port, connections), port, self.forks, (*self.before, *before), pause)


def echopoold(idle="park", *options, log=("--log.sinks=file", "--log.file=/dev/null")):
    """As packaged, but for the addresses, the log and, to hold connections, as many workers."""
    def command(port, connections):
        workers = [f"--pool.workers={connections + 2}"] if idle == "hold" else []
        return [BUILD / "bin/echopoold", "-c", "/dev/null", f"--tcp.listen=127.0.0.1:{port}", "--udp.listen=",
                f"--pool.idle={idle}", *workers, f"--limits.connections={max(10_000, connections + 100)}",
                "--timeouts.idle=10m", *log, *options]
    return command


def peer(program, *arguments):
    return lambda port, connections: [BUILD / "bench" / program, port, *arguments]


def poco(port, connections):
    return [BUILD / "bench/poco_echo", port, max(16, connections + 2)]


def xinetd(port, connections):
    file = RESULTS / "xinetd.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"""service echo
{{
    type = INTERNAL UNLISTED
    id = echo-stream
    socket_type = stream
    protocol = tcp
    port = {port}
    bind = 127.0.0.1
    wait = no
    instances = UNLIMITED
    per_source = UNLIMITED
    cps = 1000000 1
    flags = NODELAY
}}
""")
    return ["xinetd", "-dontfork", "-f", file]


def socat(port, connections):
    # Its manual's echo service. A block is no larger than what a pipe takes at once, or it would wait for itself.
    return ["socat", "-b", "4096", f"TCP4-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=511", "PIPE"]


def ncat(port, connections):
    return ["ncat", "--listen", "--keep-open", "--max-conns", "4096", "--nodns", "--exec", "/bin/cat", "127.0.0.1", port]


SERVERS = {
    # strace makes every call a sleep, which brings in more workers where several connections talk.
    "park": Variant("echopoold, park", echopoold(), traced=echopoold("park", "--pool.workers=1")),
    "hold": Variant("echopoold, hold", echopoold("hold"), most=4094),
    "poco": Variant("POCO TCPServer", poco, needs=(BUILD / "bench/poco_echo",)),
    "asio": Variant("Boost.Asio, asynchronous", peer("asio_echo")),
    "asio-2": Variant("Boost.Asio, asynchronous, 2 threads", peer("asio_echo", 2)),
    "asio-blocking": Variant("Boost.Asio, blocking, thread per connection", peer("asio_blocking_echo")),
    "epoll": Variant("bare epoll loop", peer("epoll_echo")),
    "thread": Variant("bare thread per connection", peer("thread_echo")),
    "xinetd": Variant("xinetd, internal echo", xinetd, True, 256, ("xinetd",)),
    "socat": Variant("socat, PIPE", socat, True, 256, ("socat",)),
    "ncat": Variant("ncat, --exec cat", ncat, True, 256, ("ncat",)),
}
SYSLOG = {"needs": ("socat", "unshare"), "before": (Path(__file__).parent / "with_syslog.sh",)}
LOGGING = {  # the same server, in what it logs
    "log-syslog": Variant("closed connections to syslog", echopoold(log=["--log.sinks=syslog"]), **SYSLOG),
    "log-file": Variant("closed connections to a file",
                        echopoold(log=["--log.sinks=file", f"--log.file={RESULTS}/connections.log"])),
    "log-off": Variant("connections not logged", echopoold(log=["--log.sinks=syslog", "--log.connections=off"]), **SYSLOG),
}
DATAGRAMS = {  # run by udp_bench, which starts them itself
    "udp": Variant("UdpServer, everything on", None),
    "udp-bare": Variant("bare recvfrom/sendto loop", None),
}
TITLES = {name: variant.title for name, variant in (SERVERS | LOGGING | DATAGRAMS).items()}
# Those that a goal is set against: enough for a default run.
USUAL = ("hold", "poco", "asio", "epoll")
EVERY = tuple(name for name in SERVERS if name != "park")
