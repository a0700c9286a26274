"""Processes die, by order and by force: nothing that was accepted is lost, and no process is left behind."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support import story
from tests.support.mix import benchmark_mix
from tests.support.running import (
    DEADLINE,
    ROOT,
    descendants,
    environment,
    free_port,
    metrics_folders_of,
    server,
    wait_for_end,
    watched,
)

BODY = json.dumps({"events": story.events()}).encode()
LARGE = json.dumps({"events": story.events()}).encode() + b" " * 200_000
HARD = json.dumps({"events": [{}] * 60_000}).encode()
"""Takes a process seconds to judge."""
SOON = 2.0
"""Seconds within which a new process serves."""
CALLERS = 6


def post(port: int, path: str, body: bytes) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}{path}", content=body, timeout=DEADLINE)


def failure_of(port: int, body: bytes) -> httpx.TransportError:
    with pytest.raises(httpx.TransportError) as failure:
        post(port, "/validate/batch", body)
    return failure.value


class Unfinished:
    """A request that was begun and is finished when a test says so."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        head = f"POST /reduce HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {len(BODY)}\r\n\r\n"
        self.socket.sendall(head.encode())
        assert self.socket.recv(100).startswith(b"HTTP/1.1 100")  # so it was accepted, and is at work
        self.socket.sendall(BODY[:10])

    def finish(self) -> http.client.HTTPResponse:
        self.socket.sendall(BODY[10:])
        return self.answer()

    def answer(self) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(self.socket)
        answer.begin()
        return answer


Begin = Callable[[int], Unfinished]


@pytest.fixture
def unfinished() -> Iterator[Begin]:
    """Begin requests."""
    made: list[Unfinished] = []

    def begin(port: int) -> Unfinished:
        made.append(Unfinished(port))
        return made[-1]

    yield begin
    for each in made:
        each.socket.close()


def wait_until_refused(port: int) -> None:
    with contextlib.suppress(httpx.ConnectError):
        while True:
            httpx.get(f"http://127.0.0.1:{port}/livez", timeout=DEADLINE)


class Caller(threading.Thread):
    """Sends one request after the other, on one connection or each on its own, until the server listens no more."""

    def __init__(self, port: int, body: bytes, *, keep: bool) -> None:
        super().__init__()
        self.port, self.body, self.keep = port, body, keep
        self.answers: list[int] = []
        self.failures: list[str] = []
        self.is_warm = threading.Event()
        self.start()

    def run(self) -> None:
        limits = httpx.Limits(max_keepalive_connections=int(self.keep))
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", limits=limits, timeout=DEADLINE) as client:
            while self.calls(client):
                if len(self.answers) == 5:
                    self.is_warm.set()

    def calls(self, client: httpx.Client) -> bool:
        try:
            self.answers.append(client.post("/reduce", content=self.body).status_code)
        except httpx.ConnectError:
            return False
        except httpx.TransportError as error:
            self.failures.append(repr(error))
            return False
        return True


@pytest.mark.parametrize("workers", [1, 2])
def test_under_load_no_accepted_request_fails(workers: int) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=workers) as process:
        bodies = [BODY, BODY, LARGE] * (CALLERS // 3)
        callers = [Caller(port, body, keep=number % 2 == 0) for number, body in enumerate(bodies)]
        assert all(caller.is_warm.wait(DEADLINE) for caller in callers)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0, log
        for caller in callers:
            caller.join(DEADLINE)
    assert [failure for caller in callers for failure in caller.failures] == []
    assert {status for caller in callers for status in caller.answers} == {200}


def test_clients_that_keep_connecting_do_not_hold_the_end_up() -> None:
    port = free_port()
    busy = threading.Event()
    body = json.dumps({"events": benchmark_mix(100)}).encode()

    def connect_again_and_again() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
                with contextlib.closing(client):
                    for _ in range(20):
                        client.request("POST", "/reduce", body)
                        answer = client.getresponse()
                        answer.read()
                        if answer.headers["connection"] == "close":
                            break
                busy.set()

    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=2, COLLAB_DRAIN_SECONDS=10 * DEADLINE) as process:
        callers = [threading.Thread(target=connect_again_and_again) for _ in range(2 * CALLERS)]
        for caller in callers:
            caller.start()
        assert busy.wait(DEADLINE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        for caller in callers:
            caller.join(DEADLINE)


def test_what_is_in_work_is_finished_and_others_are_told_to_go_elsewhere(unfinished: Begin) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port) as process, httpx.Client(base_url=f"http://127.0.0.1:{port}") as kept:
        assert kept.get("/readyz").status_code == 200
        request = unfinished(port)
        process.send_signal(signal.SIGTERM)
        while (late := kept.get("/readyz")).status_code == 200:
            pass  # asked again and again, so that the connection does not rest when the server stops
        wait_until_refused(port)
        assert (late.status_code, late.json()["code"]) == (503, "shutting-down")
        assert int(late.headers["retry-after"]) >= 1
        assert late.headers["connection"] == "close"
        answer = request.finish()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert json.loads(answer.read())["event_count"] == story.STATE["event_count"]
        assert process.wait(DEADLINE) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_not_finished_within_the_drain_time_is_told_so(unfinished: Begin, workers: int) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=workers, COLLAB_DRAIN_SECONDS=0.1) as process:
        request = unfinished(port)
        process.send_signal(signal.SIGTERM)
        answer = request.answer()
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert int(answer.headers["retry-after"]) >= 1
        assert json.loads(answer.read())["code"] == "shutting-down"
        assert process.wait(DEADLINE) == 0


def test_a_large_body_that_is_not_finished_within_the_drain_time_is_told_so_too() -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_DRAIN_SECONDS=0.1) as process:
        answers: list[httpx.Response] = []
        caller = threading.Thread(target=lambda: answers.append(post(port, "/validate/batch", HARD)))
        caller.start()
        pool_process(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        caller.join(DEADLINE)
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "shutting-down")]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_ends_everything_at_once(unfinished: Begin, workers: int) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=workers, COLLAB_DRAIN_SECONDS=3600) as process:
        request = unfinished(port)
        with watched(descendants(process.pid)) as handles:
            process.send_signal(signal.SIGTERM)
            wait_until_refused(port)
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE) != 0
            wait_for_end(handles)
        assert request.socket.recv(1) == b""


def pool_process(pid: int) -> int:
    """Wait for the process that a server without others has forked for a large body: its fork server's child."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        for child in descendants(pid):
            for grandchild in descendants(child):
                return grandchild
    raise AssertionError("no process was started")


def test_a_process_that_is_killed_at_work_costs_its_own_request_alone_and_is_replaced() -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_POOL_SIZE=1) as process:
        answers: list[httpx.Response] = []
        caller = threading.Thread(target=lambda: answers.append(post(port, "/validate/batch", HARD)))
        caller.start()
        os.kill(pool_process(process.pid), signal.SIGKILL)
        killed = time.monotonic()
        assert post(port, "/reduce", LARGE).status_code == 200
        assert time.monotonic() - killed < SOON
        caller.join(DEADLINE)
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "worker-lost")]
        assert int(answers[0].headers["retry-after"]) >= 1
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


def test_without_its_fork_server_a_server_starts_processes_from_nothing() -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_POOL_SIZE=1) as process:
        assert post(port, "/reduce", LARGE).status_code == 200
        family = descendants(process.pid)
        with watched(family) as handles:
            os.kill(family[0], signal.SIGKILL)
            wait_for_end(handles)
        assert post(port, "/reduce", LARGE).status_code == 200


@contextlib.contextmanager
def two_workers() -> Iterator[tuple[int, "subprocess.Popen[str]", list[int]]]:
    """Serve with two workers, each of which has worked on a large body."""
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_WORKERS=2) as process:
        deadline = time.monotonic() + DEADLINE
        workers: list[int] = []
        while len(workers) < 2 or any(len(descendants(worker)) < 2 for worker in workers):
            assert time.monotonic() < deadline
            assert post(port, "/reduce", LARGE).status_code == 200
            workers = direct_children(process.pid)
        yield port, process, workers


def direct_children(pid: int) -> list[int]:
    children = descendants(pid)
    return [child for child in children if not any(child in descendants(other) for other in children)]


def test_a_worker_that_is_killed_is_replaced_and_takes_its_own_along() -> None:
    with two_workers() as (port, process, workers):
        with watched(descendants(workers[0])) as handles:
            os.kill(workers[0], signal.SIGKILL)
            killed = time.monotonic()
            wait_for_end(handles)
        while len(direct_children(process.pid)) < 2 or workers[0] in direct_children(process.pid):
            assert time.monotonic() - killed < SOON
        os.kill(workers[1], signal.SIGSTOP)  # so that the new one alone can answer
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=DEADLINE).status_code == 200
        assert time.monotonic() - killed < SOON
        os.kill(workers[1], signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0


def test_nobody_outlives_a_supervisor_that_is_killed() -> None:
    with two_workers() as (_, process, workers):
        family = descendants(process.pid)
        assert set(workers) < set(family)
        assert len(family) >= 6
        with watched(family) as handles:
            process.kill()
            wait_for_end(handles)
        assert metrics_folders_of(family) == []


def test_nobody_outlives_a_single_server_that_is_killed_at_work() -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port) as process:
        failures: list[httpx.TransportError] = []
        caller = threading.Thread(target=lambda: failures.append(failure_of(port, HARD)))
        caller.start()
        pool_process(process.pid)
        with watched(descendants(process.pid)) as handles:
            process.kill()
            wait_for_end(handles)
        caller.join(DEADLINE)
    assert len(failures) == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use_is_told_in_one_line(workers: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "app"],
            cwd=ROOT,
            env=environment(COLLAB_PORT=port, COLLAB_WORKERS=workers),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "in use" in line


def test_ctrl_c_on_a_terminal_ends_all_processes_without_a_traceback() -> None:
    with two_workers() as (_, process, _workers):
        everybody: list[Any] = [process.pid, *descendants(process.pid)]
        for pid in everybody:
            os.kill(pid, signal.SIGINT)
        _, log = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
        assert "Traceback" not in log
