"""Log lines: one form, written whole and in order, and never at the cost of a request."""

import json
import logging
import os
import queue
from collections.abc import Iterator

import pytest

from app.observability import logging as logs
from app.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Let lines go to a pipe, and give its reading end."""
    reader, writer = os.pipe()
    monkeypatch.setattr(logs, "STDERR", writer)
    yield reader
    os.close(writer)
    os.close(reader)


def lines_of(reader: int) -> list[dict[str, object]]:
    return [json.loads(line) for line in os.read(reader, 1 << 20).splitlines()]


def test_a_line_says_what_happened_and_nothing_that_does_not_apply(stderr: int) -> None:
    logs.configure(Settings(log_format="json"))
    logging.getLogger("app.server").warning("%d left", 2)
    [line] = lines_of(stderr)
    assert str(line.pop("time")).endswith("Z")
    assert line == {"level": "warning", "message": "2 left", "pid": os.getpid(), "logger": "app.server"}


def test_a_traceback_is_part_of_its_line(stderr: int) -> None:
    logs.configure(Settings(log_format="json"))
    try:
        raise ValueError("no such thing")
    except ValueError:
        logging.getLogger("app").exception("A bug")
    [line] = lines_of(stderr)
    assert "ValueError: no such thing" in str(line["error"])


def test_on_a_terminal_a_line_is_plain(stderr: int) -> None:
    logs.configure(Settings(log_format="console"))
    logging.getLogger("app").info("request", extra={"fields": {"method": "GET", "status": 404}})
    assert os.read(stderr, 1000).decode()[13:] == "INFO     request method=GET status=404\n"


def test_a_thread_writes_lines_in_the_order_in_which_they_were_logged(stderr: int) -> None:
    logs.configure(Settings(log_format="json"))
    with logs.log_from_a_thread():
        for number in range(100):
            logging.getLogger("app.access" if number % 2 else "app").info("%d", number)
    assert [line["message"] for line in lines_of(stderr)] == [str(number) for number in range(100)]


def test_lines_that_find_no_room_are_dropped_and_counted() -> None:
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(2)
    handler = logs.DroppingQueueHandler(waiting)
    for number in range(5):
        handler.handle(logging.LogRecord("app", logging.INFO, "", 0, f"line {number}", (), None))
    assert [waiting.get_nowait().getMessage() for _ in range(2)] == ["line 0", "line 1"]
    handler.handle(logging.LogRecord("app", logging.INFO, "", 0, "line 5", (), None))
    assert [waiting.get_nowait().getMessage() for _ in range(2)] == [
        "3 log lines were dropped, for standard error was not read",
        "line 5",
    ]


def test_a_reader_that_does_not_read_delays_neither_the_lines_nor_the_end(
    stderr: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LAST_LINES_SECONDS", 0.05)
    logs.configure(Settings(log_format="json"))
    with logs.log_from_a_thread():
        for _ in range(2_000):  # four times what a pipe holds
            logging.getLogger("app").info("x" * 100)
    received = 0
    while received < 2_000:  # now the thread can end
        received += os.read(stderr, 1 << 20).count(b"\n")


def test_a_pipe_without_a_reader_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    monkeypatch.setattr(logs, "STDERR", writer)
    logs.configure(Settings())
    logging.getLogger("app").error("nobody reads this")
    os.close(writer)
