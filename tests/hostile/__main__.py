"""Good clients among hostile ones, for as long as you like: `make soak SECONDS=600`.

The corpus is run twice before the time begins, so that every process has seen the worst. Every answer to a good client
has to be the right one, and the memory has to stay where it was in the first fifth of the time; else the status is 1.
"""

import itertools
import json
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from tempfile import TemporaryFile
from typing import Final

from loadtests.bench.servers import memory
from tests.hostile.cases import NDJSON, Case, post, write
from tests.hostile.test_corpus import PATIENCE, TABLES, Server, at_rest, failures
from tests.support import builders as build
from tests.support.raw import Wire, wire
from tests.support.running import ROOT, environment, free_port, is_up

GOOD: Final = 6
HOSTILE: Final = 3
IDLE: Final = 300
BETWEEN_LOOKS: Final = 1.0
BETWEEN_GOOD: Final = 0.02
MOST_GROWTH: Final = 1.25
HISTORY: Final = build.history(build.joined("a"), *(build.comment("a", comment_id=f"c{n}") for n in range(99)))
SMALL: Final = json.dumps({"events": HISTORY}).encode()
REQUESTS: Final = (
    post("/reduce", SMALL),
    write("POST", "/reduce?ordered=true", NDJSON, body=b"\n".join(json.dumps(each).encode() for each in HISTORY)),
    post("/validate/batch", SMALL),
    write("GET", "/schemas/Event"),
    write("GET", "/livez"),
)


class Soak:
    """A server, those who use it and those who abuse it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.port = server.port
        self.over = threading.Event()
        self.took: list[float] = []
        self.failed: list[str] = []
        self.abuses = itertools.count()
        self.megabytes: list[float] = []

    def run(self, seconds: float) -> None:
        """Let everybody loose for so long."""
        expected = [self.first_answer(request) for request in REQUESTS]
        callers = [threading.Thread(target=self.use, args=(expected,)) for _ in range(GOOD)]
        cases = [case for table in TABLES.values() for case in table.cases()]
        self.failed = failures(cases * 2, self.server)
        callers += [threading.Thread(target=self.abuse, args=(cases, number)) for number in range(HOSTILE)]
        with ExitStack() as idle:
            for caller in callers:
                caller.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                idle.close()
                for _ in range(IDLE):
                    idle.enter_context(wire(self.port))
                self.over.wait(BETWEEN_LOOKS)
                self.megabytes.append(memory(self.server.pid).total / 1e6)
            self.over.set()
            for caller in callers:
                caller.join()
        self.megabytes.append(at_rest(self.server) / 1e6)

    def first_answer(self, request: bytes) -> bytes:
        """Ask while no other client does."""
        with wire(self.port) as connection:
            return asked(connection, request)

    def use(self, expected: list[bytes]) -> None:
        """Be a good client: one connection, one request after another, and always the same answers."""
        with wire(self.port) as connection:
            for request, answer in itertools.cycle(zip(REQUESTS, expected, strict=True)):
                start = time.perf_counter()
                try:
                    assert asked(connection, request) == answer, "another answer than at first"
                except Exception as error:
                    self.failed.append(f"{request[:30]!r}: {error!r:.300}")
                    return
                self.took.append(time.perf_counter() - start)
                if self.over.wait(BETWEEN_GOOD):
                    return

    def abuse(self, cases: list[Case], seed: int) -> None:
        """Be a hostile client: send any case, and do not wait for more than the first answers."""
        chance = random.Random(seed)
        while not self.over.is_set():
            case = chance.choice(cases)
            with suppress(OSError, AssertionError), wire(self.port) as connection:
                connection.send_if_heard(case.data() if callable(case.data) else case.data)
                if case.manner == "trickles":
                    connection.trickle(case.drip[:20])
                for _ in case.expected if chance.random() > 0.1 else ():
                    connection.answer(to_head=case.is_head)
            next(self.abuses)

    def report(self) -> int:
        """Say how it went; the exit status."""
        warm, last = max(self.megabytes[: max(1, len(self.megabytes) // 5)]), self.megabytes[-1]
        took = sorted(self.took) or [0.0]
        ranks = ", ".join(f"p{rank} {took[len(took) * rank // 100] * 1e3:.1f} ms" for rank in (50, 99))
        sys.stdout.write(
            f"{len(self.took)} good requests ({ranks}), {len(self.failed)} failures, "
            f"{next(self.abuses)} hostile ones\n"
            f"memory: {self.megabytes[0]:.0f} MB at first, {warm:.0f} warm, "
            f"{max(self.megabytes):.0f} at most, {last:.0f} at rest\n"
        )
        sys.stdout.writelines(f"failed: {failure}\n" for failure in self.failed)
        return int(bool(self.failed) or last > warm * MOST_GROWTH)


def asked(connection: Wire, request: bytes) -> bytes:
    """Ask for what has to be there."""
    connection.send(request)
    answer = connection.answer()
    assert answer is not None, "no answer"
    assert answer.status == 200, answer
    return answer.body


def main(seconds: float) -> int:
    """Soak a server of its own."""
    port = free_port()
    variables = environment(COLLAB_PORT=port, **PATIENCE)
    with (
        TemporaryFile() as log,
        subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=variables, stdout=log, stderr=log) as server,
    ):
        try:
            while not is_up(port):
                assert server.poll() is None, "the server did not start"
            soak = Soak(Server(port, server.pid, log))
            soak.run(seconds)
            log.seek(0)
            said = log.read()
        finally:
            server.terminate()
    sys.stdout.write("a bug shows in the log\n" if b"Traceback" in said else "no bug shows in the log\n")
    return soak.report() or int(b"Traceback" in said)


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1])))
