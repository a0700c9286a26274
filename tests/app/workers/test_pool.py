"""Large bodies are worked on in processes of their own: the same answers, and nothing lost or left behind."""

import asyncio
import gc
import gzip
import json
import logging
import multiprocessing
import os
import select
import signal
import socket
from collections.abc import Callable, Container, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from app.api.application import create_app
from app.problems import Problem
from app.settings import Settings
from app.workers.capacity import Capacity
from app.workers.pool import WorkerPool
from app.workers.spooled_body import SpooledBody
from tests.support import builders as build
from tests.support import story
from tests.support.bodies import NOT_JSON
from tests.support.client import Client, Json, headers_of, places, problem

DEADLINE = 30.0
"""Seconds that anything here may take; all of it takes far less."""
LIMITS: Json = {"max_event_bytes": 2_048, "max_events": 200, "max_body_bytes": 200_000}
LARGE = json.dumps({"events": story.events()}).encode()
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in story.events())
AS_LINES = {"Content-Type": "application/x-ndjson"}


def in_json(*events: Any, **members: Any) -> bytes:
    return json.dumps({"events": [*story.events()[:3], *events]} | members).encode()


REQUESTS: dict[str, tuple[str, bytes, dict[str, str]]] = {
    "a story": ("/reduce", LARGE, {}),
    "a story with noise": ("/reduce", in_json(*story.noise(), mode="permissive"), {}),
    "a roster": ("/reduce", in_json(roster={"p1": build.identity("p1")}), {}),
    "lines": ("/reduce", LINES, AS_LINES),
    "permissive lines": ("/reduce?mode=permissive", LINES + b"\n" + LINES, AS_LINES),
    "gzip": ("/reduce", gzip.compress(LARGE), {"Content-Encoding": "gzip"}),
    "verdicts": ("/validate/batch", LARGE, {}),
    "verdicts of lines": ("/validate/batch?report=invalid", LINES + b"{\n[]\n", AS_LINES),
    "bad verdicts": ("/validate/batch", in_json({}, 7, build.event("DriveIntentSet", {})), {}),
    "one verdict": ("/validate", json.dumps({"event_type": "DriveIntentSet", "payload": {"a": 1}}).encode(), {}),
    "no such type": ("/validate", json.dumps({"event_type": "DriveIntent", "payload": {}}).encode(), {}),
    "a stranger": ("/reduce", in_json(build.event(*build.drive("zoe"), lamport_clock=9)), {}),
    "a stranger's line": ("/reduce", LINES + json.dumps(build.event(*build.drive("zoe"))).encode(), AS_LINES),
    "a conflict": ("/reduce", in_json(story.events()[0] | {"data_tier": 3}), {}),
    "malformed payloads": ("/reduce", in_json(*[build.event("DriveIntentSet", {"intent": 7})] * 150), {}),
    "malformed envelopes": ("/reduce", in_json(*[{}] * 190), {}),
    "a malformed roster": ("/reduce", in_json(roster={"p1": build.identity("p2"), "p3": 7}), {}),
    "unknown members": ("/reduce", in_json(rooster={}), {}),
    "not JSON": ("/reduce", LARGE[:-1] + b"\n  oops", {}),
    "a line that is not JSON": ("/reduce", LINES + b"\n{'", AS_LINES),
    "too deep": ("/reduce", b"[" * 5_000, {}),
    "a line too deep": ("/reduce", LINES + b"[" * 5_000, AS_LINES),
    "too many events": ("/reduce", json.dumps({"events": story.events() * 10}).encode(), {}),
    "too many lines": ("/reduce", LINES * 10, AS_LINES),
    "a large event": ("/reduce", in_json(build.event(*build.comment("ann", content="x" * 4_000))), {}),
    "a large event to judge": ("/validate/batch", in_json(build.event("Other", {"a": "x" * 4_000})), {}),
    "a large line": ("/reduce", LINES + json.dumps(build.event("Other", {"a": "x" * 4_000})).encode(), AS_LINES),
    "a large line to judge": ("/validate/batch", LINES + b'"' + b"x" * 4_000 + b'"', AS_LINES),
    **{name: ("/reduce", bad.text, {}) for name, bad in NOT_JSON.items()},
}


def children() -> dict[int | None, BaseProcess]:
    """Find all processes that were made, this service's and others'."""
    return {child.pid: child for child in multiprocessing.active_children()}


def made_since(known: Container[int | None]) -> set[int | None]:
    """Tell which of them are new; an old one, of another test, may end at any time."""
    return {pid for pid in children() if pid not in known}


@pytest.fixture(scope="module")
def in_place(no_settings_from_outside: None) -> Iterator[Client]:
    """Talk to a service that works on everything in place."""
    made = Client(pool_size=0, **LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def elsewhere(no_settings_from_outside: None) -> Iterator[Client]:
    """Talk to a service that works on every body in its only process."""
    made = Client(pool_size=1, inline_body_bytes=0, **LIMITS)
    yield made
    made.close()


def tell(*_: Any) -> Response:
    """Tell which process works."""
    return Response(str(os.getpid()))


@pytest.fixture
def worker(elsewhere: Client) -> int:
    """Find the process of this service, made where there is none yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.api.endpoints.reduce.reduce_body", tell)
        return int(send(elsewhere, "a story").text)


def send(client: Client, name: str) -> httpx.Response:
    path, content, headers = REQUESTS[name]
    plain = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    return client.request("POST", path, content=content, headers=plain | headers)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_process_answers_as_the_server_itself_does(elsewhere: Client, in_place: Client, name: str) -> None:
    one, other = send(in_place, name), send(elsewhere, name)
    assert other.status_code == one.status_code != 500
    assert headers_of(other) == headers_of(one)
    assert other.text.replace(other.headers["x-request-id"], "") == one.text.replace(one.headers["x-request-id"], "")


def swollen(client: Client) -> bytes:
    """Ask to go on from a checkpoint that is small as a text and large once it is unpacked."""
    beats = [build.comment("p1", content="x" * 2_000) for _ in range(150)]
    events = build.history(build.joined("p1"), *beats)
    checkpoint = client.post("/admit", {"events": events, "checkpoint": None}).json()["checkpoint"]
    return json.dumps({"events": [], "checkpoint": checkpoint}).encode()


def test_what_is_small_and_swells_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    """A checkpoint of a few kilobytes may be a mission of megabytes."""
    client, known = make_client(inline_body_bytes=65_536), children()
    body = swollen(make_client(pool_size=0))
    assert len(body) < 65_536
    inline = make_client(pool_size=0).send("/admit", body)
    assert not made_since(known)
    answer = client.send("/admit", body)
    assert answer.status_code == 200
    assert answer.content == inline.content
    assert len(made_since(known)) == 1


def test_a_short_body_of_many_things_that_are_no_events_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    client, known = make_client(), children()
    assert client.send("/explain", in_json(*[{}] * 900)).status_code == 200
    assert not made_since(known)
    assert client.send("/explain", in_json(*[{}] * 3_000)).status_code == 200
    assert len(made_since(known)) == 1


def test_a_compressed_stream_that_swells_goes_to_a_process(make_client: Callable[..., Client]) -> None:
    path, headers = "/reduce?ordered=true&mode=permissive", {"Content_Type": "application/x-ndjson"}
    client, known = make_client(inline_body_bytes=65_536), children()
    small, large = (gzip.compress(LINES + b"\n" * size) for size in (1, 500_000))
    assert len(large) < 65_536
    expected = client.send(path, LINES, **headers)
    assert client.send(path, small, Content_Encoding="gzip", **headers).content == expected.content
    assert not made_since(known)
    answer = client.send(path, large, Content_Encoding="gzip", **headers)
    assert answer.status_code == 200
    assert answer.content == expected.content
    assert len(made_since(known)) == 1


def test_the_process_that_answers_a_compressed_stream_compresses_the_answer(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def compress_in_the_server(body: bytes, coding: str) -> bytes:
        raise AssertionError("the server itself compresses a large answer")

    client = make_client(inline_body_bytes=65_536)
    comments = build.history(build.joined("p1"), *[build.comment("p1", content="x" * 5_000) for _ in range(100)])
    lines = gzip.compress(b"".join(json.dumps(event).encode() + b"\n" for event in comments))
    headers = {"Content_Type": "application/x-ndjson"}
    monkeypatch.setattr("app.api.compression._compressed", compress_in_the_server)
    answer = client.send("/reduce?ordered=true", lines, Content_Encoding="gzip", Accept_Encoding="gzip", **headers)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["event_count"] == len(comments)


def test_what_swells_past_all_limits_is_refused_wherever_it_is_worked_on(make_client: Callable[..., Client]) -> None:
    body = swollen(make_client(pool_size=0))
    for settings in ({"pool_size": 0}, {"inline_body_bytes": 65_536}, {"inline_body_bytes": 0}):
        answer = make_client(max_state_bytes=200_000, window_bytes=50_000, **settings).send("/admit", body)
        assert places(problem(answer, 422, "checkpoint-too-large")) == [("/checkpoint", "too_long")]


def test_one_process_works_on_one_body_after_the_other(elsewhere: Client, worker: int) -> None:
    known = children()
    for name in ("a story", "not JSON", "a stranger", "too many events", "lines"):
        send(elsewhere, name)
    assert not made_since(known)
    assert worker in children()


@pytest.mark.parametrize("settings", [{"pool_size": 0, "inline_body_bytes": 0}, {"inline_body_bytes": len(LARGE)}])
def test_no_process_is_made_where_none_is_wanted(make_client: Callable[..., Client], settings: Json) -> None:
    known = children()
    assert make_client(**settings).send("/reduce", LARGE).status_code == 200
    assert not made_since(known)


def test_more_requests_than_processes_wait_and_are_served(elsewhere: Client, worker: int) -> None:
    known = children()
    answers = elsewhere.send_all([("POST", "/reduce", LARGE)] * 12)
    assert [answer.status_code for answer in answers] == [200] * 12
    assert not made_since(known)
    assert worker in children()


def test_so_many_processes_as_allowed_are_made_and_no_more(make_client: Callable[..., Client]) -> None:
    known, client = children(), make_client(pool_size=2, inline_body_bytes=0)
    for _ in range(2):
        answers = client.send_all([("POST", "/reduce", LARGE)] * 6)
        assert [answer.status_code for answer in answers] == [200] * 6
    assert len(made_since(known)) == 2


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
        assert ready, "nobody started to work"
        return int(os.read(self.end, 20))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "line")
    yield made
    os.close(made.end)


def pause(body: Any, *_: Any) -> Response:
    """Tell who works, through the pipe that the body names, and wait until somebody says go on."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    Path(bytes(body).decode()).write_text(str(os.getpid()).ljust(20))
    return Response("done" if signal.sigtimedwait([signal.SIGUSR1], DEADLINE) else "nobody came")


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


SECRET = "the password is hunter2"


class NeedsMoreError(Exception):
    """An error that cannot be made again from its message."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)


class UnsendableError(Exception):
    """An error that holds what no process can hand to another."""

    def __init__(self) -> None:
        super().__init__(SECRET)
        self.held = lambda: SECRET


def fail(*_: Any) -> Response:
    raise RuntimeError(SECRET)


def fail_at_length(*_: Any) -> Response:
    raise NeedsMoreError(SECRET, SECRET)


def fail_unsendably(*_: Any) -> Response:
    raise UnsendableError


def fail_with_the_body_in_hand(body: Any, *_: Any) -> Response:
    held = memoryview(body)
    raise RuntimeError(f"{SECRET}, {len(held)}")


BUGS = (fail, fail_at_length, fail_unsendably, fail_with_the_body_in_hand)


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_in_a_process_is_a_problem_without_details(
    elsewhere: Client, worker: int, monkeypatch: pytest.MonkeyPatch, bug: Callable[..., Response]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("app.api.endpoints.reduce.reduce_body", bug)
        answer = send(elsewhere, "a story")
    problem(answer, 500, "internal")
    assert "hunter2" not in answer.text
    assert send(elsewhere, "a story").status_code == 200


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_in_a_process_is_logged_with_the_place_where_it_is(
    elsewhere: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, bug: Callable[..., Response]
) -> None:
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr("app.api.endpoints.reduce.reduce_body", bug)
        send(elsewhere, "a story")
    assert SECRET in caplog.text
    assert bug.__name__ in caplog.text


def answer_unsendably(*_: Any) -> Response:
    response = Response()
    response.held = lambda: SECRET  # type: ignore[attr-defined]
    return response


def test_an_answer_that_no_process_can_hand_over_is_a_bug_and_no_lost_process(
    elsewhere: Client, worker: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr("app.api.endpoints.reduce.reduce_body", answer_unsendably)
        problem(send(elsewhere, "a story"), 500, "internal")
    assert "answer_unsendably" in caplog.text
    assert worker in children()


def answer_with_many_bytes(*_: Any) -> Response:
    return Response(b"0123456789" * 500_000)


async def handed_over(work: Callable[..., Response]) -> Response:
    """Let a process of a pool of its own work, without the service around it."""
    pool, body = WorkerPool(size=1), SpooledBody(inline_bytes=0, capacity=Capacity(1, 10))
    body.write(b"{}")
    try:
        return await pool.do(work, body)
    finally:
        pool.close()


def mapped_files() -> str:
    return "".join(line for line in Path("/proc/self/maps").read_text().splitlines() if "memfd" in line)


def test_a_large_answer_is_handed_over_where_it_is_and_let_go_of_with_the_response() -> None:
    """To receive fifty megabytes through a pipe costs the server ten times as much."""
    response = asyncio.run(handed_over(answer_with_many_bytes))
    assert response.body == b"0123456789" * 500_000
    assert mapped_files()
    del response
    assert not mapped_files()


def test_an_answer_for_which_no_descriptor_is_left_is_refused_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "recv_fds", lambda *_: (b".", [], 0, None))  # what the system gives in that case
    with pytest.raises(Problem) as refusal:
        asyncio.run(handed_over(tell))
    assert refusal.value.code == "overloaded"


def test_every_body_is_let_go_of(elsewhere: Client, worker: int) -> None:
    names = ("a story", "lines", "gzip", "a stranger", "not JSON", "too many events", "a large event to judge")
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        for name in names:
            send(elsewhere, name)
        problem(elsewhere.send("/reduce", LARGE * 30), 413, "body-too-large")
        assert elsewhere.send("/reduce", gzip.compress(LARGE)[:-9], Content_Encoding="gzip").status_code == 400
    assert len(os.listdir("/proc/self/fd")) <= before
