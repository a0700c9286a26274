"""A light load client, a process of its own: `python -m loadtests.bench.hammer PORT CONNECTIONS SECONDS < request`.

One thread, epoll, one request written once and sent again on each connection as soon as its answer is there. It
prints `{"answered": …, "refused": …, "seconds": …, "busy": …}`. Only the standard library, so that it starts at once.
"""

import contextlib
import json
import select
import socket
import subprocess
import sys
import time
from typing import Final, NamedTuple

from loadtests.bench.wire import (
    LARGEST_READ,
    LOCALHOST,
    LONGEST_WAIT,
    Connection,
    WrongAnswerError,
    answer_end,
    status_of,
)

SEND_BUFFER: Final = 1 << 20
TICK: Final = 0.05


class Tally(NamedTuple):
    """What became of the requests."""

    answered: int
    refused: int
    seconds: float
    busy: float
    """The share of one core that the client itself took."""

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.answered / self.seconds


class Lane:
    """A connection with one request on its way at any time."""

    def __init__(self, port: int, request: bytes, poll: select.epoll) -> None:
        self.socket = socket.create_connection((LOCALHOST, port), timeout=LONGEST_WAIT)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._request, self._poll = memoryview(request), poll
        poll.register(self.socket, select.EPOLLIN)
        self.begin()

    def begin(self) -> None:
        """Send the request once more."""
        self._rest, self._answer, self._end = self._request, bytearray(), None
        self.write()

    def write(self) -> None:
        """Send what the socket takes; ask to be woken only when something is left."""
        waiting = len(self._rest) < len(self._request)
        with contextlib.suppress(BlockingIOError):
            self._rest = self._rest[self.socket.send(self._rest) :]
        if bool(self._rest) or waiting:
            self._poll.modify(self.socket, select.EPOLLIN | (select.EPOLLOUT if self._rest else 0))

    def read(self) -> int | None:
        """Take what came; the status when the answer is complete."""
        some = self.socket.recv(LARGEST_READ)
        if not some:
            raise WrongAnswerError("the service closed a connection in use")
        self._answer += some
        self._end = self._end or answer_end(self._answer)
        return status_of(self._answer) if self._end and len(self._answer) >= self._end else None

    _end: int | None = None
    _rest: memoryview


class Hammer:
    """All lanes together."""

    def __init__(self, port: int, request: bytes, connections: int) -> None:
        self._poll = select.epoll()
        self._lanes: dict[int, Lane] = {}
        self._answered = self._refused = 0
        for _ in range(connections):
            lane = Lane(port, request, self._poll)
            self._lanes[lane.socket.fileno()] = lane

    def __enter__(self) -> "Hammer":
        return self

    def __exit__(self, *error: object) -> None:
        for lane in self._lanes.values():
            lane.socket.close()
        self._poll.close()

    def run(self, seconds: float) -> Tally:
        """Send for so long; the answers count that came in that time."""
        self._answered = self._refused = 0
        begun = now = time.perf_counter()
        used = time.process_time()
        while now < begun + seconds:
            for number, ready in self._poll.poll(TICK):
                self._serve(self._lanes[number], ready)
            now = time.perf_counter()
        return Tally(self._answered, self._refused, now - begun, (time.process_time() - used) / (now - begun))

    def _serve(self, lane: Lane, ready: int) -> None:
        if ready & select.EPOLLOUT:
            lane.write()
        if ready & ~select.EPOLLOUT and (status := lane.read()) is not None:
            self._answered += status == 200
            self._refused += status != 200
            lane.begin()


def start(port: int, request: bytes, connections: int, seconds: float) -> "subprocess.Popen[bytes]":
    """Start hammering in a process of its own."""
    command = [sys.executable, "-m", "loadtests.bench.hammer", str(port), str(connections), str(seconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(request)
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: "subprocess.Popen[bytes]") -> Tally:
    """Wait for its tally; raises `WrongAnswerError` where a request was refused."""
    output, _ = process.communicate()
    if process.returncode:
        raise WrongAnswerError(f"the load client stopped with status {process.returncode}")
    tally = Tally(**json.loads(output))
    if tally.refused:
        raise WrongAnswerError(f"{tally.refused} of {tally.refused + tally.answered} requests refused under load")
    return tally


def main() -> int:
    """Hammer; the first answers, before the clock runs, only open the connections and warm the server."""
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    request = sys.stdin.buffer.read()
    with Connection(port) as first:
        first.ask(request)
    with Hammer(port, request, connections) as hammer:
        hammer.run(min(0.2, seconds / 5))
        print(json.dumps(hammer.run(seconds)._asdict()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
