"""Bodies without measure, sent to the real server: its memory stays where it was."""

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support import builders as build
from tests.support import story
from tests.support.raw import request, wire
from tests.support.running import descendants, free_port, server

MEGABYTE = 1 << 20
BLANKS = b" " * MEGABYTE
MOST_KEPT = 16 * MEGABYTE
"""What a process may keep of the memory that it needed."""
PATIENCE = 30
ROOM = (64 + 48) * MEGABYTE
"""What the processes may grow: a body up to its limit, which a compressed one reaches unpacked, and some more."""


def memory(pid: int) -> int:
    """Add up what a server and its processes hold in memory."""
    total = 0
    for each in (pid, *descendants(pid)):
        with suppress(OSError, AttributeError):
            found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{each}/status").read_text(), re.MULTILINE)
            total += int(found[1]) * 1024 if found else 0
    return total


def peak_during(pid: int, doing: Callable[[], None]) -> int:
    """Watch the memory of a server while something is done to it."""
    seen, over = [memory(pid)], threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            seen.append(memory(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        doing()
    finally:
        over.set()
        watcher.join()
    return max(seen)


@pytest.fixture(scope="module")
def serving() -> Iterator[tuple[int, int]]:
    """Start a server, let it make its processes, and give its port and its id."""
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical") as process:
        with wire(port) as connection:
            large = json.dumps({"events": story.events(), "mode": "permissive"}).encode() + BLANKS
            connection.send(request("POST", "/reduce", body=large))
            assert (answer := connection.answer())
            assert answer.status == 200
        yield port, process.pid


def chunks(count: int) -> Iterator[bytes]:
    return (b"100000\r\n" + BLANKS + b"\r\n" for _ in range(count))


PACKED = gzip.compress(BLANKS * 16) * 64
"""A gigabyte in a megabyte: a gzip file of many members."""
GZIP = ("Content-Encoding: gzip", f"Content-Length: {len(PACKED)}")
AS_LINES = "Content-Type: application/x-ndjson"
CASES: dict[str, tuple[bytes, Callable[[], Iterable[bytes]]]] = {
    "a terabyte declared": (request("POST", "/reduce", f"Content-Length: {1 << 40}"), tuple),
    "100 MB declared": (
        request("POST", "/reduce", f"Content-Length: {100 * MEGABYTE}"),
        lambda: (BLANKS for _ in range(100)),
    ),
    "chunks without end": (request("POST", "/reduce", "Transfer-Encoding: chunked"), lambda: chunks(300)),
    "a gigabyte of gzip": (request("POST", "/reduce", *GZIP), lambda: (PACKED,)),
    "a gigabyte of gzip to admit": (request("POST", "/admit", *GZIP), lambda: (PACKED,)),
    "a gigabyte of gzip in a stream": (request("POST", "/reduce?ordered=true", AS_LINES, *GZIP), lambda: (PACKED,)),
}


@pytest.mark.parametrize(("head", "body"), CASES.values(), ids=CASES)
def test_a_body_without_measure_is_refused_and_takes_no_memory(
    serving: tuple[int, int], head: bytes, body: Callable[[], Iterable[bytes]]
) -> None:
    port, pid = serving
    before = memory(pid)

    def send() -> None:
        with wire(port) as connection:
            connection.send(head)
            all(connection.send_if_heard(part) for part in body())
            assert (answer := connection.answer())
            assert (answer.status, answer.code) == (413, "body-too-large")

    assert peak_during(pid, send) < before + ROOM


def test_what_a_large_body_needed_is_given_back_once_there_is_rest(serving: tuple[int, int]) -> None:
    """Else a process stays as large as the largest body that it has ever worked on."""
    port, pid = serving
    beats = (
        build.event(*build.heartbeat("p1"), event_id=build.ulid(n + 9), lamport_clock=n + 9) for n in range(40_000)
    )
    body = json.dumps({"events": [build.event(*build.joined("p1")), *beats]}).encode()

    def ask() -> None:
        with wire(port) as connection:
            connection.send(request("POST", "/reduce", body=body))
            assert (answer := connection.answer())
            assert answer.status == 200

    before = memory(pid)
    assert peak_during(pid, ask) > before + len(body)
    deadline = time.monotonic() + PATIENCE
    while memory(pid) > before + MOST_KEPT and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert memory(pid) <= before + MOST_KEPT
