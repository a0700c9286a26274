"""While a process works others are answered, and a process that is killed costs its own request alone."""

import asyncio
import os
import select
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from app.api.application import create_app
from app.settings import Settings
from tests.support.client import Client, problem
from tests.support.pooled import DEADLINE, LARGE, REQUESTS, children, send


def check_lost(answer: httpx.Response) -> None:
    problem(answer, 503, "worker-lost")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_process_that_was_killed_while_idle_costs_one_request(elsewhere: Client, worker: int) -> None:
    known = children()[worker]
    os.kill(worker, signal.SIGKILL)
    known.join(DEADLINE)
    first = send(elsewhere, "a story")
    if first.status_code != 200:  # it may well be noticed in time
        check_lost(first)
    assert send(elsewhere, "a story").status_code == 200


class Line:
    """A named pipe between a test and the work that it hands to a process."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.end = os.open(path, os.O_RDWR)  # which waits for no one

    def hear(self) -> int:
        """Wait until a process is at work, and hear its id."""
        ready, _, _ = select.select([self.end], [], [], DEADLINE)
        assert ready, "no process started to work"
        return int(os.read(self.end, 20))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "line")
    yield made
    os.close(made.end)


def pause(body: Any, *_: Any) -> Response:
    """Write the id of this process into the pipe that the body names, and wait until the test says go on."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    Path(bytes(body).decode()).write_text(str(os.getpid()).ljust(20))
    return Response("done" if signal.sigtimedwait([signal.SIGUSR1], DEADLINE) else "not told to go on")


def act_on(answer_of: Callable[[httpx.AsyncClient], Any], **settings: Any) -> Any:
    """Let requests overlap: talk to a service of its own on one loop."""

    async def talk() -> Any:
        transport = httpx.ASGITransport(create_app(Settings(inline_body_bytes=0, **settings)))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as http:
            return await asyncio.wait_for(answer_of(http), 3 * DEADLINE)

    return asyncio.run(talk())


def test_others_are_answered_while_a_process_works(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    async def requests(http: httpx.AsyncClient) -> None:
        monkeypatch.setattr("app.api.endpoints.reduce.reduce_body", pause)
        working = asyncio.create_task(http.post("/reduce", content=str(line.path).encode()))
        pid = await asyncio.to_thread(line.hear)
        assert (await http.get("/livez")).json() == {"status": "ok"}
        judged = await http.post("/validate", content=REQUESTS["one verdict"][1])
        assert judged.status_code == 200  # by another process
        assert not working.done()
        os.kill(pid, signal.SIGUSR1)
        assert (await working).text == "done"

    act_on(requests, pool_size=2)


def test_a_process_that_is_killed_while_it_works_costs_its_own_request(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def requests(http: httpx.AsyncClient) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("app.api.endpoints.reduce.reduce_body", pause)
            working = asyncio.create_task(http.post("/reduce", content=str(line.path).encode()))
            pid = await asyncio.to_thread(line.hear)
        waiting = asyncio.create_task(http.post("/reduce", content=LARGE))
        os.kill(pid, signal.SIGKILL)
        check_lost(await working)
        assert (await waiting).status_code == 200

    act_on(requests, pool_size=1)
