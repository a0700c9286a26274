"""A bug in a process is logged with its place, answered without details, and leaves the process alive."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import Response

from tests.support.client import Client, problem
from tests.support.pooled import children, send

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
