"""The real server with bodies large enough for processes of their own, stopped at every bad moment."""

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from app.api.endpoints.reduce import reduce_body
from app.settings import Settings
from app.workers.pool_process import LOWER_PRIORITY
from tests.support import builders as build
from tests.support import story
from tests.support.mix import benchmark_mix
from tests.support.running import DEADLINE, free_port, server, until

AS_LINES = {"Content-Type": "application/x-ndjson"}
LARGE = json.dumps({"events": story.events() * 20, "mode": "permissive"}).encode()
"""Larger than what is worked on in place."""
SLOW = json.dumps({"events": story.events() * 2_000, "mode": "permissive"}).encode()
"""The same state, and long enough at work to be stopped there."""
SETTLED = 20
"""Small requests, one after the other, in whose time an answer that a process has handed over reaches its client."""
NICENESS = 16
"""Where a process's niceness stands behind its name (proc(5), field 19)."""


def stat_of(pid: int) -> list[str]:
    """Read a process's state, parent and so on; nothing when there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def lives(pid: int) -> bool:
    """Whether a process runs; a dead one may wait for its new parent to notice."""
    return stat_of(pid)[:1] not in ([], ["Z"])


def offspring(pid: int) -> list[int]:
    """List the processes that this one started, and those that these started."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    own = [number for number in numbers if stat_of(number)[1:2] == [str(pid)]]
    return own + [each for number in own for each in offspring(number)]


def workers(pid: int) -> list[int]:
    """List the processes that work for a server: those that let everybody else go first."""
    return [child for child in offspring(pid) if stat_of(child)[NICENESS : NICENESS + 1] == [str(LOWER_PRIORITY)]]


def fds_of(pid: int) -> set[str]:
    """List what a process has open."""
    names = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            names.add(os.readlink(entry))
    return names


def bodies_of(pid: int) -> list[str]:
    """List the large bodies that a server holds."""
    return [name for name in fds_of(pid) if "memfd" in name]


def sizes_of_bodies(pid: int) -> list[int]:
    """List how many bytes of each large body a server holds."""
    sizes = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if "memfd" in os.readlink(entry):
                sizes.append(entry.stat().st_size)
    return sizes


def event_count(answer: Future[httpx.Response]) -> object:
    """Wait for an answer; where it has no state, the problem is what the assertion then shows."""
    told = answer.result(DEADLINE).json()
    return told.get("event_count", told)


class Running(NamedTuple):
    """A server whose one process has worked already and is idle."""

    process: subprocess.Popen[str]
    http: httpx.Client

    @property
    def worker(self) -> int:
        """The process, made where the last one has ended because it had grown."""
        until(lambda: self.http.post("/reduce", content=LARGE).status_code == 200, "a process works")
        [found] = workers(self.process.pid)
        return found

    def at_work(self) -> list[int]:
        """List the processes that run while a body is here as a whole; before, one may still end its last work."""
        if len(SLOW) not in sizes_of_bodies(self.process.pid):
            return []
        return [worker for worker in workers(self.process.pid) if stat_of(worker)[:1] == ["R"]]

    @contextlib.contextmanager
    def in_flight(self) -> Iterator[tuple[Future[httpx.Response], int]]:
        """Send a large body to the process, which is stopped while it works on it."""
        with ThreadPoolExecutor(1) as pool:
            answer, worker = self.stopped_at_work(pool)
            try:
                yield answer, worker
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGCONT)

    def stopped_at_work(self, pool: ThreadPoolExecutor) -> tuple[Future[httpx.Response], int]:
        """Send a large body until the process is stopped before it has answered."""
        while True:
            answer = pool.submit(self.http.post, "/reduce", content=SLOW)
            until(lambda answer=answer: answer.done() or self.at_work() != [], "a process is at work")  # type: ignore[misc]
            for worker in self.at_work():
                with contextlib.suppress(ProcessLookupError):  # it had ended
                    os.kill(worker, signal.SIGSTOP)
                until(lambda worker=worker: stat_of(worker)[:1] != ["R"], "the process stops")  # type: ignore[misc]
                for _ in range(SETTLED):
                    self.http.get("/livez")
                if stat_of(worker)[:1] == ["T"] and bodies_of(self.process.pid) and not answer.done():
                    return answer, worker
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGCONT)
            answer.result(DEADLINE)

    def is_closed(self) -> bool:
        address = (self.http.base_url.host, self.http.base_url.port)
        with socket.socket() as client:
            return client.connect_ex(address) != 0


@contextlib.contextmanager
def started(**variables: object) -> Iterator[Running]:
    """Start a server, and see at the end that no process outlives it."""
    port = free_port()
    with (
        server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical", **variables) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as http,
    ):
        assert [http.post("/reduce", content=LARGE).status_code for _ in range(2)] == [200, 200]
        family = offspring(process.pid)
        yield Running(process, http)
    until(lambda: not any(map(lives, family)), "everybody ends")


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    with started(COLLAB_POOL_SIZE=1) as running:
        yield running


@pytest.fixture
def running() -> Iterator[Running]:
    """Start a server of the test's own, which may come to an end, however slow the machine is then."""
    with started(COLLAB_POOL_SIZE=1, COLLAB_DRAIN_SECONDS=DEADLINE) as running:
        yield running


def test_others_are_answered_while_a_large_body_is_worked_on(shared: Running) -> None:
    with shared.in_flight() as (answer, worker):
        for _ in range(3):
            assert shared.http.get("/livez").json() == {"status": "ok"}
        small = shared.http.post("/reduce", json={"events": build.history(build.joined("p1"))})
        assert small.json()["event_count"] == 1
        assert not answer.done()
        os.kill(worker, signal.SIGCONT)
        assert answer.result(DEADLINE).status_code == 200


def test_a_process_that_is_killed_at_work_is_replaced(shared: Running) -> None:
    with shared.in_flight() as (answer, worker):
        os.kill(worker, signal.SIGKILL)
        lost = answer.result(DEADLINE)
    assert (lost.status_code, lost.json()["code"]) == (503, "worker-lost")
    assert int(lost.headers["retry-after"]) >= 1
    assert shared.http.post("/reduce", content=LARGE).status_code == 200
    assert shared.worker != worker
    assert bodies_of(shared.process.pid) == []


def test_fifty_thousand_events_give_the_state_that_they_give_in_process(shared: Running) -> None:
    events = [json.dumps(event) for event in benchmark_mix(50_000)]
    body = f'{{"events": [{", ".join(events)}]}}'.encode()
    lines = "\n".join(events).encode()
    expected = reduce_body(body, Settings())
    assert json.loads(bytes(expected.body))["event_count"] == 50_000
    plain: dict[str, str] = {}
    for path, content, headers in (
        ("/reduce", body, plain),
        ("/reduce", lines, AS_LINES),
        ("/reduce?ordered=true", lines, AS_LINES),
    ):
        answer = shared.http.post(path, content=content, headers=headers)
        assert answer.content == expected.body
        assert answer.headers["unencoded-digest"] == expected.headers["unencoded-digest"]


def test_a_server_that_is_told_to_stop_finishes_what_is_in_flight(running: Running) -> None:
    with running.in_flight() as (answer, worker):
        running.process.send_signal(signal.SIGTERM)
        until(running.is_closed, "the server takes no more connections")
        assert not answer.done()
        os.kill(worker, signal.SIGCONT)
        assert event_count(answer) == 26
    assert running.process.wait(DEADLINE) == 0


def test_no_idle_process_outlives_a_server_that_is_killed(running: Running) -> None:
    worker = running.worker
    assert lives(worker)
    running.process.kill()
    running.process.wait(DEADLINE)
    until(lambda: not lives(worker), "its process ends")


def test_no_process_at_work_outlives_a_server_that_is_killed(running: Running) -> None:
    with running.in_flight() as (answer, worker):
        running.process.kill()
        running.process.wait(DEADLINE)
        assert isinstance(answer.exception(DEADLINE), httpx.TransportError)
        assert lives(worker)
        os.kill(worker, signal.SIGCONT)
        until(lambda: not lives(worker), "its process ends")


def test_every_server_process_may_have_processes_of_its_own() -> None:
    with started(COLLAB_WORKERS=2) as running:
        address = running.http.base_url.join("/reduce")

        def asked_one_after_the_other_both_have_one() -> bool:
            assert httpx.post(address, content=LARGE, timeout=DEADLINE).status_code == 200
            return len(workers(running.process.pid)) == 2

        until(asked_one_after_the_other_both_have_one, "each has a process")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(DEADLINE) == 0


def test_a_process_that_is_stopped_at_work_is_replaced(shared: Running) -> None:
    with shared.in_flight() as (answer, worker):
        assert shared.http.get("/readyz").json()["code"] == "worker-lost"
        lost = answer.result(DEADLINE)
        until(lambda: not lives(worker), "the stopped process ends")
    assert (lost.status_code, lost.json()["code"]) == (503, "worker-lost")
    assert shared.http.post("/reduce", content=LARGE).status_code == 200
    assert shared.http.get("/readyz").status_code == 200


def test_a_process_that_is_stopped_while_idle_costs_nothing(shared: Running) -> None:
    worker = shared.worker
    os.kill(worker, signal.SIGSTOP)
    until(lambda: stat_of(worker)[0] == "T", "the process stops")
    assert shared.http.post("/reduce", content=LARGE).status_code == 200
    assert shared.worker != worker


def test_work_that_takes_too_long_is_given_up_and_its_process_replaced() -> None:
    with started(COLLAB_POOL_SIZE=1, COLLAB_WORK_SECONDS=0.001) as running, ThreadPoolExecutor(1) as pool:
        worker = running.worker
        lost = httpx.Response(200)
        while lost.status_code == 200:  # the process may have answered before it was looked at
            answer = pool.submit(running.http.post, "/reduce", content=SLOW)
            until(lambda answer=answer: answer.done() or worker in running.at_work(), "it is at work")  # type: ignore[misc]
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGSTOP)
            lost = answer.result(DEADLINE)
        assert (lost.status_code, lost.json()["code"]) == (503, "worker-lost")
        assert running.http.post("/reduce", content=LARGE).status_code == 200
        assert running.worker != worker


def test_a_process_that_has_grown_ends_when_there_is_nothing_to_do(shared: Running) -> None:
    assert shared.http.post("/reduce", content=SLOW).json()["event_count"] == 26
    grown = workers(shared.process.pid)
    until(lambda: not any(map(lives, grown)), "its memory is given back")
    metrics = shared.http.get("/metrics").text
    assert 'collab_pool_processes{state="idle"} 0.0' in metrics


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_to_every_process_drains(running: Running, number: signal.Signals) -> None:
    with running.in_flight() as (answer, worker):
        for pid in (running.process.pid, *offspring(running.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until(running.is_closed, "the server takes no more connections")
        os.kill(worker, signal.SIGCONT)
        assert event_count(answer) == 26
    assert running.process.wait(DEADLINE) == 0
