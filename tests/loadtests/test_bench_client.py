"""The light client reads answers whole and takes none on trust."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from loadtests.bench.checked import first_answer
from loadtests.bench.hammer import Hammer
from loadtests.bench.pacing import Pace
from loadtests.bench.wire import LOCALHOST, Connection, WrongAnswerError, answer_end, get, post, status_of

GOOD = b'HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{"event_count":3}'
REFUSED = b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """Answer every request, which is without a body, alike; in two pieces, as networks do."""
    with socket.create_server((LOCALHOST, 0)) as listener:
        threading.Thread(target=accept, args=(listener, answer), daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def accept(listener: socket.socket, answer: bytes) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection, answer), daemon=True).start()


def serve(connection: socket.socket, answer: bytes) -> None:
    with connection:
        try:
            while connection.recv(65536):
                connection.sendall(answer[:30])
                connection.sendall(answer[30:])
        except ConnectionError:
            return


def test_requests_say_how_long_they_are() -> None:
    assert post("/reduce", b"{}").endswith(b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    assert get("/livez") == b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_an_answer_ends_where_its_length_says() -> None:
    assert [answer_end(GOOD[:cut]) for cut in (0, 20, len(GOOD) - 17)] == [None, None, len(GOOD)]
    assert status_of(GOOD) == 200
    with pytest.raises(WrongAnswerError, match="Content-Length"):
        answer_end(b"HTTP/1.1 200 OK\r\n\r\n")


def test_a_connection_is_kept_and_reads_answers_whole() -> None:
    with server(GOOD) as port, Connection(port) as connection:
        assert [connection.ask(get("/")) for _ in range(3)] == [(200, b'{"event_count":3}')] * 3


def test_a_wrong_answer_is_told() -> None:
    with server(GOOD) as port, Connection(port) as connection:
        first_answer(connection, get("/"), event_count=3)
        with pytest.raises(WrongAnswerError, match="event_count is 3, and ought to be 4"):
            first_answer(connection, get("/"), event_count=4)
    with server(REFUSED) as port, Connection(port) as connection, pytest.raises(WrongAnswerError, match="status 422"):
        first_answer(connection, get("/"))


@pytest.mark.parametrize(("answer", "good"), [(GOOD, True), (REFUSED, False)])
def test_the_load_client_counts_what_was_answered_and_what_was_refused(answer: bytes, good: bool) -> None:
    with server(answer) as port, Hammer(port, get("/"), 3) as hammer:
        tally = hammer.run(0.1)
    assert (tally.answered > 0, tally.refused > 0) == (good, not good)
    assert tally.seconds >= 0.1


def test_a_pace_sends_all_that_is_due_and_notices_a_refusal() -> None:
    for answer in (GOOD, REFUSED):
        with server(answer) as port:
            pace = Pace(port, get("/"), rate=200, seconds=0.1)
            pace.start(time.monotonic())
            if answer is REFUSED:
                with pytest.raises(WrongAnswerError, match="status 422"):
                    pace.finish()
            else:
                assert len(pace.finish()) == 20
