"""Log lines go out in whole, and nobody who does not read them holds the service up."""

import json
import os
from collections.abc import Iterator

import pytest

from app.observability.logging import ATOMIC, Line, Sink, written

LINE = written(Line("2026-11-22T21:01:19.894Z", "info", "request", 1), as_json=True)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_lines_arrive_whole_and_in_order(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    lines = [b"%d %b" % (number, LINE) for number in range(300)]
    Sink(writer).put(lines)
    assert os.read(reader, 1 << 20) == b"".join(lines)


def test_a_reader_that_does_not_read_costs_lines_and_is_told_how_many(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    sink = Sink(writer)
    sent = (1 << 17) // len(LINE)  # twice what a pipe holds
    sink.put([LINE] * sent)
    came = os.read(reader, 1 << 20).count(b"\n")
    assert 0 < came < sent
    sink.put([LINE])
    note, last, *others = os.read(reader, 1 << 20).splitlines(keepends=True)
    assert json.loads(note)["message"].startswith(f"{sent - came} lines lost")
    assert (last, others) == (LINE, [])


def test_a_pipe_without_a_reader_is_no_reason_to_fail() -> None:
    nobody, broken = os.pipe()
    os.close(nobody)
    sink = Sink(broken)
    sink.put([LINE])
    os.close(broken)


def test_a_line_longer_than_a_pipe_takes_at_once_is_written_all_the_same(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("logs") / "log"
    with path.open("wb") as file:
        Sink(file.fileno()).put([b"x" * 3 * ATOMIC + b"\n", LINE])
    assert path.read_bytes() == b"x" * 3 * ATOMIC + b"\n" + LINE
