"""Everything hostile that we could think of, over real sockets against the server as it ships.

Run with `make check-hostile`. Each case has an answer where one is possible, it is clear and of a
sensible size, no bug shows, and the next caller is served.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import pytest

from loadtests.bench.servers import memory
from tests.hostile import documents, heads, values, wires
from tests.hostile.cases import Case, post, unique
from tests.support.raw import Wire, wire
from tests.support.running import ROOT, environment, free_port, is_up

pytestmark = pytest.mark.hostile

TABLES = {"documents": documents, "values": values, "heads": heads, "wires": wires}
LEAST = 300
LARGEST_ERROR = 256 * 1024
MOST_GROWTH = 1.1
MORE_RUNS = 3
SOUND = post("/reduce", b'{"events": []}')
PATIENCE = {"COLLAB_HEAD_SECONDS": 1, "COLLAB_BODY_SECONDS": 1, "COLLAB_KEEP_ALIVE_SECONDS": 30}
AT_ONCE = 8
LOOKS_AT_REST = 10
BETWEEN_LOOKS = 0.5


class Server(NamedTuple):
    port: int
    pid: int
    log: IO[bytes]

    def said(self) -> str:
        """Read what it has written to its log."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start the service as `make serve` does, less patient so that slow clients take little time."""
    port = free_port()
    with TemporaryFile() as log:
        variables = environment(COLLAB_PORT=port, **PATIENCE)
        with subprocess.Popen(
            [sys.executable, "-m", "app"], cwd=ROOT, env=variables, stdout=log, stderr=log
        ) as process:
            try:
                while not is_up(port):
                    assert process.poll() is None
                yield Server(port, process.pid, log)
                assert process.poll() is None
            finally:
                process.kill()


def check(case: Case, server: Server) -> None:
    """Do what the case says, and hold the answers to it; then ask for something sound."""
    with wire(server.port) as connection:
        connection.send_if_heard(case.data() if callable(case.data) else case.data)
        if case.manner == "resets":
            connection.reset()
        else:
            behave(case, connection)
            for accepted in case.expected:
                check_answer(case, connection, accepted)
            if not case.expected:
                assert connection.ends()
    with wire(server.port) as connection:
        connection.send(SOUND)
        answer = connection.answer()
        assert answer is not None
        assert answer.status == 200


def behave(case: Case, connection: Wire) -> None:
    if case.manner == "shuts its side":
        connection.shut()
    elif case.manner == "trickles":
        connection.trickle(case.drip)


def check_answer(case: Case, connection: Wire, accepted: frozenset[int]) -> None:
    answer = connection.answer(to_head=case.is_head)
    assert answer is not None, "the connection ended without an answer"
    assert answer.status in accepted, answer
    assert answer.headers["x-request-id"]
    if answer.status < 400 or case.is_head:
        return
    assert answer.code
    assert len(answer.body) <= LARGEST_ERROR
    assert answer.status != 405 or answer.headers["allow"]


def failures(cases: list[Case], server: Server) -> list[str]:
    """Run cases, several at once; name those that fail."""

    def failure(case: Case) -> str:
        try:
            check(case, server)
        except Exception as error:
            return f"{case.name}: {error!r:.300}"
        return ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(filter(None, pool.map(failure, cases)))


def at_rest(server: Server) -> int:
    """Measure the memory once what the last cases left in work is done."""
    never = threading.Event()
    return min(memory(server.pid).total for _ in range(LOOKS_AT_REST) if not never.wait(BETWEEN_LOOKS))


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Case]]:
    return {name: unique(table.cases()) for name, table in TABLES.items()}


def test_there_are_enough_cases(corpus: dict[str, list[Case]]) -> None:
    assert sum(map(len, corpus.values())) >= LEAST


@pytest.mark.parametrize("table", TABLES)
def test_every_case_is_answered_as_it_should_be(table: str, corpus: dict[str, list[Case]], server: Server) -> None:
    assert failures(corpus[table], server) == []


def test_other_runs_leave_the_memory_as_it_was(
    corpus: dict[str, list[Case]], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """What leaks is more each time; what a heap in pieces could not give back once, it gives back another time."""
    cases = [case for table in corpus.values() for case in table]
    before, after = run_whole(cases, server), run_whole(cases, server)
    for _ in range(MORE_RUNS):
        if after > before * MOST_GROWTH:
            after = min(after, run_whole(cases, server))
    assert after <= before * MOST_GROWTH, f"{before / 1e6:.1f} MB, then never less than {after / 1e6:.1f} MB"
    with capsys.disabled():
        sys.stdout.write(f"\n{len(cases)} cases again and again: {before / 1e6:.1f} MB, then {after / 1e6:.1f} MB\n")


def run_whole(cases: list[Case], server: Server) -> int:
    """Run all cases, and measure the memory that is kept."""
    assert failures(cases, server) == []
    return at_rest(server)


def test_no_bug_shows_in_the_log(server: Server) -> None:
    said = server.said()
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:4_000]
    assert "A bug in" not in said
