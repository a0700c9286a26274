"""What a request costs the service: `python -m tests.hostile.metering [WORD …]` measures cases by their names.

Measured are the processor's time in the serving process, the memory of all processes at the peak and two seconds
later, the bytes of the answer, and how long `/livez` takes meanwhile.
"""

import contextlib
import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.servers import Server, memory, service
from tests.hostile.costs import Cost, costs
from tests.support import builders as build

MEGABYTE: Final = 1_000_000
BETWEEN_LOOKS: Final = 0.01
REST: Final = 2.0
LONGEST: Final = 300.0
LIVEZ_EVERY: Final = 0.05
LOOPS: Final = 3
LOOP_SECONDS: Final = 10.0
WORST: Final = 10
TIDY: Final = json.dumps(
    {"events": build.history(build.joined("a"), *(build.comment("a", comment_id=f"c{n}") for n in range(99)))}
).encode()
REFERENCE: Final = Cost("100 tidy events", "/reduce", TIDY, len(TIDY), (("Content-Type", "application/json"),))


class Bill(NamedTuple):
    """What one request has cost."""

    cost: Cost
    status: int
    seconds: float
    cpu_seconds: float
    """Processor time of the serving process, its threads included."""
    answered: int
    """Bytes of the answer."""
    peak: int
    """Memory of all processes beyond that of rest, in bytes."""
    kept: int
    """The same two seconds later, or as soon as it is back to little."""

    def line(self) -> str:
        return (
            f"{self.status} {self.cpu_seconds * 1000:7.0f} ms cpu {self.seconds * 1000:7.0f} ms "
            f"{self.peak / MEGABYTE:6.0f} MB peak {self.kept / MEGABYTE:5.0f} MB kept "
            f"{self.answered:>10} bytes answered {len(self.cost.body):>7} sent ({self.cost.plain})  {self.cost.name}"
        )


class Meter:
    """Measures requests to one server, one after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        for _ in range(3):
            self.ask(REFERENCE)
        self.idle = memory(server.pid).total

    def ask(self, cost: Cost) -> tuple[int, int]:
        """Send a request; its status and the size of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=LONGEST)
        with contextlib.closing(connection):
            with contextlib.suppress(ConnectionError):  # an answer before all is sent
                connection.request("POST", cost.path, cost.body, dict(cost.headers))
            answer = connection.getresponse()
            return answer.status, len(answer.read())

    def measure(self, cost: Cost, enough: int = 20 * MEGABYTE) -> Bill:
        """Send a request and see what it costs; memory below `enough` is not waited for."""
        cpu, start = cpu_seconds(self.server.pid), time.perf_counter()
        with peak_of(self.server.pid) as peak:
            status, answered = self.ask(cost)
        seconds, cpu = time.perf_counter() - start, cpu_seconds(self.server.pid) - cpu
        until = time.monotonic() + REST
        while (kept := memory(self.server.pid).total - self.idle) > enough and time.monotonic() < until:
            time.sleep(BETWEEN_LOOKS)
        return Bill(cost, status, seconds, cpu, answered, max(peak) - self.idle, kept)


def cpu_seconds(pid: int) -> float:
    """Add up the processor time of a process's threads."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


@contextlib.contextmanager
def peak_of(pid: int) -> Iterator[list[int]]:
    """Watch the memory of a server and its processes."""
    seen, over = [memory(pid).total], threading.Event()

    def watch() -> None:
        while not over.wait(BETWEEN_LOOKS):
            seen.append(memory(pid).total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def livez_beside(meter: Meter, cost: Cost) -> list[float]:
    """Ask for `/livez` twenty times a second while three connections loop a request; seconds from when each was due."""
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            meter.ask(cost)

    took: list[float] = []
    with ThreadPoolExecutor(LOOPS + 40) as pool:
        for _ in range(LOOPS):
            pool.submit(loop)
        begin = time.monotonic()
        asked = []
        for number in range(int(LOOP_SECONDS / LIVEZ_EVERY)):
            due = begin + number * LIVEZ_EVERY
            time.sleep(max(0.0, due - time.monotonic()))
            asked.append(pool.submit(livez, meter.server.port, due))
        took = sorted(each.result() for each in asked)
        over.set()
    return took


def livez(port: int, due: float) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    with contextlib.closing(connection):
        connection.request("GET", "/livez")
        assert connection.getresponse().read()
    return time.monotonic() - due


def main(words: list[str]) -> int:
    """Measure and print, then the dearest again by each measure, then `/livez` beside the dearest three."""
    with service() as server:
        meter = Meter(server)
        reference = meter.measure(REFERENCE)
        sys.stdout.write(f"{reference.line()}\n")
        bills = []
        for cost in costs():
            if all(word in cost.name for word in words):
                bills.append(meter.measure(cost))
                sys.stdout.write(f"{bills[-1].line()}\n")
                sys.stdout.flush()
        bills.sort(key=lambda bill: -bill.cpu_seconds)
        for key in (
            lambda bill: bill.cpu_seconds,
            lambda bill: bill.peak,
            lambda bill: bill.kept,
            lambda bill: bill.answered / bill.cost.plain,
        ):
            sys.stdout.write("\n")
            sys.stdout.writelines(f"{bill.line()}\n" for bill in sorted(bills, key=key, reverse=True)[:WORST])
        for bill in bills[:3]:
            took = livez_beside(meter, bill.cost)
            rank = took[len(took) * 99 // 100]
            sys.stdout.write(
                f"/livez p99 {rank * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms beside {bill.cost.name}\n"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
