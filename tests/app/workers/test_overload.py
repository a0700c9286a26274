"""The real server with more to do than it takes on: it says so at once, keeps its small promises, and recovers."""

import contextlib
import gzip
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support import builders as build
from tests.support import story
from tests.support.running import DEADLINE, free_port, server, until

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
        return len(self.sizes())

    def sizes(self) -> list[int]:
        """List how much has come of each large body that the server holds."""
        found = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "memfd" in os.readlink(entry):
                    found.append(entry.stat().st_size)
        return found


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
        until(lambda: sum(busy.sizes()) > 2 * len(LARGE) - 200_000, "nearly all of two large bodies has come")
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


def test_what_a_process_unpacks_counts_as_held_until_it_is_worked_on(busy: Address) -> None:
    packed = gzip.compress(LARGE + b" " * (HOLDS - len(LARGE) - 100_000))
    assert len(packed) < 90_000

    def send() -> httpx.Response:
        headers = AS_JSON | {"Content-Encoding": "gzip"}
        return httpx.post(busy.url("/reduce"), content=packed, headers=headers, timeout=DEADLINE)

    assert send().status_code == 200
    with contextlib.ExitStack() as stack:
        begun(stack, busy.port, b" " * 100_000)
        until(lambda: send().status_code == 503, "there is no room for all that it unpacks to")
        check_refusal(send())
        assert busy.reduce(LARGE).status_code == 200
    until(lambda: send().status_code == 200, "the bytes are let go")


def test_what_a_checkpoint_holds_counts_likewise(busy: Address) -> None:
    comments = [build.comment("p1", content="x" * 4_000) for _ in range(400)]
    answer = httpx.post(
        busy.url("/admit"), json={"events": build.history(build.joined("p1"), *comments)}, timeout=DEADLINE
    )
    checkpoint = answer.json()["checkpoint"]
    body = json.dumps({"events": [], "checkpoint": checkpoint, "answer": "none"}).encode()
    assert len(body) < 100_000

    def send() -> httpx.Response:
        return httpx.post(busy.url("/admit"), content=body, headers=AS_JSON, timeout=DEADLINE)

    assert send().status_code == 200
    with contextlib.ExitStack() as stack:

        def is_full() -> bool:
            if busy.is_free():  # a body that comes before the last checkpoint is let go is refused
                begun(stack, busy.port, b" " * (HOLDS - 500_000))
            return send().status_code == 503

        until(is_full, "there is no room for what the checkpoint holds")
        check_refusal(send())
    until(lambda: send().status_code == 200, "the bytes are let go")


def test_answers_that_are_not_read_count_until_they_are(busy: Address) -> None:
    """The answer has more than half of what may be held, and its client takes none of it."""
    comments = [build.comment("p1", content="x" * 9_000) for _ in range(HOLDS * 2 // 30_000)]
    body = json.dumps({"events": build.history(build.joined("p1"), *comments)}).encode()
    head = (
        f"POST /reduce HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    ).encode()

    def send() -> httpx.Response:
        return httpx.post(busy.url("/reduce"), content=body, headers=AS_JSON, timeout=DEADLINE)

    answered = len(send().content)
    assert answered > HOLDS // 2
    with contextlib.ExitStack() as stack:
        unread = stack.enter_context(contextlib.closing(socket.socket()))
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        unread.connect(("127.0.0.1", busy.port))
        unread.sendall(head + b"\r\n" + body)
        unread.recv(1, socket.MSG_PEEK)
        check_refusal(send())
        assert busy.reduce(SMALL).status_code == 200
    until(lambda: send().status_code == 200, "the answer is let go")
