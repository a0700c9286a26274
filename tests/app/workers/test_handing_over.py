"""A process hands a large answer over in memory that both map, and the server lets go of it with the response."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from app.problems import Problem
from app.workers.capacity import Capacity
from app.workers.pool import WorkerPool
from app.workers.spooled_body import SpooledBody
from tests.support.pooled import tell


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
