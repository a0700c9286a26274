"""The real server with more to do than it takes on: it says so at once, keeps its small promises, and recovers."""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.app.workers.test_big_bodies import until
from tests.support import story
from tests.support.running import DEADLINE, free_port, server

SMALL = json.dumps({"events": story.events()}).encode()
LARGE = json.dumps({"events": story.events() * 400, "mode": "permissive"}).encode()
AS_JSON = {"Content-Type": "application/json"}
CAN = 2
"""The requests that the server has in work at most."""
HOLDS = len(LARGE) * 2 + 50_000
"""The bytes that it holds at most: two large bodies, and a few small ones."""


class Address(NamedTuple):
    """Where a server is to be found."""

    port: int
    pid: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def reduce(self, body: bytes) -> httpx.Response:
        return httpx.post(self.url("/reduce"), content=body, headers=AS_JSON, timeout=DEADLINE)

    def is_free(self) -> bool:
        return self.bodies() == 0

    def bodies(self) -> int:
        """Count the large bodies that the server holds."""
        held = 0
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                held += "memfd" in os.readlink(entry)
        return held


@pytest.fixture(scope="module")
def busy() -> Iterator[Address]:
    port = free_port()
    given: dict[str, Any] = {"COLLAB_PORT": port, "COLLAB_LOG_LEVEL": "critical", "COLLAB_POOL_SIZE": 1}
    limits = {"COLLAB_MAX_CONCURRENCY": CAN, "COLLAB_MAX_HELD_BYTES": HOLDS, "COLLAB_MAX_BODY_BYTES": HOLDS - 1}
    with server(port, **given, **limits) as process:
        yield Address(port, process.pid)


def begun(stack: contextlib.ExitStack, port: int, body: bytes, path: str = "/reduce") -> socket.socket:
    """Send the head of a request and some of its body, which is one byte short of what was said."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=DEADLINE))
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: x",
        "Content-Type: application/x-ndjson",
        f"Content-Length: {len(body) + 1}",
    )
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    return connection


def check_refusal(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert int(answer.headers["retry-after"]) >= 1
    assert "GET /limits" in answer.json()["detail"]


def test_beyond_its_capacity_it_refuses_and_answers_the_small_ones_all_the_while(busy: Address) -> None:
    with ThreadPoolExecutor(16) as senders:
        large = [senders.submit(busy.reduce, LARGE) for _ in range(12)]
        while not all(sent.done() for sent in large):
            for path in ("/livez", "/readyz", "/healthz"):
                assert httpx.get(busy.url(path), timeout=DEADLINE).status_code == 200
            assert busy.reduce(SMALL).status_code == 200
    answers = [sent.result() for sent in large]
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            check_refusal(answer)
    until(busy.is_free, "the bodies are let go")
    assert busy.reduce(LARGE).status_code == 200


def test_bodies_that_are_slow_to_come_hold_no_more_than_their_bytes(busy: Address) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(CAN * 10):
            begun(stack, busy.port, b"x" * 1_000)
        assert busy.reduce(LARGE).status_code == 200
        for _ in range(2):
            begun(stack, busy.port, b" " * len(LARGE))
        until(lambda: busy.bodies() == 2, "two large bodies are on their way")
        until(lambda: busy.reduce(LARGE).status_code == 503, "there is no room for a third")
        check_refusal(busy.reduce(LARGE))
        assert busy.reduce(SMALL).status_code == 200
    until(busy.is_free, "the bodies are let go")
    assert busy.reduce(LARGE).status_code == 200


def test_idle_connections_and_those_that_only_knock_keep_nobody_out(busy: Address) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(150):
            stack.enter_context(socket.create_connection(("127.0.0.1", busy.port), timeout=DEADLINE))
            begun(stack, busy.port, b"", "/reduce?ordered=true" if number % 2 else "/reduce")
        assert busy.reduce(SMALL).status_code == 200
        assert busy.reduce(LARGE).status_code == 200


def test_streams_in_work_count(busy: Address) -> None:
    line = json.dumps(story.events()[0]).encode() + b"\n"
    with contextlib.ExitStack() as stack:
        for _ in range(CAN):
            begun(stack, busy.port, line, "/reduce?ordered=true&mode=permissive")
        until(lambda: busy.reduce(LARGE).status_code == 503, "the streams have begun")
        stream = httpx.post(
            busy.url("/reduce?ordered=true"), content=line, headers={"Content-Type": "application/x-ndjson"}
        )
        check_refusal(stream)
    until(lambda: busy.reduce(LARGE).status_code == 200, "the streams are gone")
