"""Who takes too long to send a head or a body, to say anything, or to read, is let go."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.raw import Wire, chunked, request, wire
from tests.support.running import free_port, server

EMPTY = b'{"events": []}'
POST = request("POST", "/reduce", body=EMPTY)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Start a server with little patience."""
    port = free_port()
    patience = {"HEAD": 0.5, "BODY": 0.5, "KEEP_ALIVE": 0.5}
    variables = {f"COLLAB_{name}_SECONDS": seconds for name, seconds in patience.items()}
    with server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical", **variables):
        yield port


@pytest.mark.parametrize("start", [b"G", POST[:40], b"GET /livez HTTP/1.1\r\nX: "])
def test_a_head_that_does_not_end_is_answered_408_and_the_connection_closed(port: int, start: bytes) -> None:
    with wire(port) as connection:
        connection.send(start)
        answer = connection.answer()
        assert answer is not None
        assert (answer.code, answer.headers["connection"]) == ("request-timeout", "close")
        assert connection.ends()


def test_a_head_that_trickles_is_late_however_steadily_it_comes(port: int) -> None:
    with wire(port) as connection:
        connection.trickle(request("GET", "/livez", *(f"X-{number}: 1" for number in range(100))))
        answer = connection.answer()
        assert answer is not None
        assert answer.code == "request-timeout"


def test_a_second_head_has_its_deadline_too(port: int) -> None:
    with wire(port) as connection:
        connection.send(POST + POST[:30])
        assert [answer.status for answer in connection.answers()] == [200, 408]


@pytest.mark.parametrize("start", [b"", b"\r\n"])
def test_a_connection_that_says_nothing_is_closed_in_silence(port: int, start: bytes) -> None:
    with wire(port) as connection:
        connection.send(start)
        assert connection.ends()


def test_blank_lines_do_not_keep_a_connection_open(port: int) -> None:
    with wire(port) as connection:
        connection.trickle(b"\r\n" * 200)
        assert connection.ends()


def test_a_connection_that_rests_is_closed_in_silence(port: int) -> None:
    with wire(port) as connection:
        for _ in range(2):
            connection.send(POST)
            answer = connection.answer()
            assert answer is not None
            assert answer.status == 200
        assert connection.ends()


@pytest.mark.parametrize(
    "start",
    [
        request("POST", "/reduce", "Content-Length: 1000") + b"{",
        request("POST", "/reduce", "Transfer-Encoding: chunked") + b"5\r\n{",
        request("POST", "/reduce?ordered=true", "Content-Type: application/x-ndjson", "Content-Length: 9"),
        request("POST", "/reduce", "Content-Length: 1000", "Expect: 100-continue"),
    ],
)
def test_a_body_that_stops_is_answered_408_and_the_connection_closed(port: int, start: bytes) -> None:
    with wire(port) as connection:
        connection.send(start)
        answer = connection.answer()
        assert answer is not None
        assert (answer.code, answer.headers["connection"]) == ("request-timeout", "close")
        assert connection.ends()


def test_a_body_that_trickles_is_slow_however_steadily_it_comes(port: int) -> None:
    with wire(port) as connection:
        connection.send(request("POST", "/reduce", "Content-Length: 1000"))
        connection.trickle(b" " * 1000)
        answer = connection.answer()
        assert answer is not None
        assert answer.code == "request-timeout"


def test_a_body_that_came_fast_at_first_may_not_trickle_then(port: int) -> None:
    with wire(port) as connection:
        connection.send(request("POST", "/reduce", "Content-Length: 9000000") + b" " * 8_000_000)
        connection.trickle(b" " * 1000)
        answer = connection.answer()
        assert answer is not None
        assert answer.code == "request-timeout"


def test_a_body_that_keeps_its_rate_may_take_longer_than_the_window(port: int) -> None:
    event = json.dumps({"made": "up"}).encode() + b" " * 9_000 + b"\n"
    with wire(port) as connection:
        connection.send(
            request("POST", "/validate/batch", "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked")
        )
        connection.socket.settimeout(0.05)
        for _ in range(30):  # 180 KB a second for one and a half
            connection.send(chunked([event])[:-5])
            with pytest.raises(TimeoutError):
                connection.socket.recv(1)
        connection.socket.settimeout(30)
        connection.send(b"0\r\n\r\n")
        answer = connection.answer()
        assert answer is not None
        assert (answer.status, json.loads(answer.body)["total"]) == (200, 30)


def fill(connection: Wire) -> None:
    """Ask again and again, and read nothing, until the server takes no more."""
    connection.socket.settimeout(0.3)
    with suppress(TimeoutError):
        while connection.send_if_heard(request("GET", "/openapi.json") * 50):
            pass


def test_an_answer_that_nobody_reads_does_not_keep_the_connection(port: int) -> None:
    with wire(port) as connection:
        fill(connection)
        connection.socket.settimeout(30)
        while connection.send_if_heard(b"GET"):
            pass


def test_a_large_answer_that_is_read_slowly_and_steadily_is_read_to_its_end(port: int) -> None:
    """The system holds some megabytes, so for longer than the deadline it takes nothing more from the server."""
    pause = threading.Event()
    body = json.dumps({"events": [{}] * 100_000}).encode()
    with wire(port) as connection:
        connection.send(request("POST", "/validate/batch", "Connection: close", body=body))
        received = bytearray()
        while piece := connection.socket.recv(1 << 16):
            received += piece
            pause.wait(0.02)
    head, _, verdicts = received.partition(b"\r\n\r\n")
    assert f"content-length: {len(verdicts)}\r\n".encode() in head
    assert json.loads(verdicts)["total"] == 100_000
