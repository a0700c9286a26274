"""Processes of the pool give the same answers as the server, and no more of them are made than allowed."""

import gc
import gzip
import os
from collections.abc import Callable

import pytest

from tests.support.client import Client, Json, headers_of, problem
from tests.support.pooled import LARGE, REQUESTS, children, made_since, send


@pytest.mark.parametrize("name", REQUESTS)
def test_a_process_answers_as_the_server_itself_does(elsewhere: Client, in_place: Client, name: str) -> None:
    one, other = send(in_place, name), send(elsewhere, name)
    assert other.status_code == one.status_code != 500
    assert headers_of(other) == headers_of(one)
    assert other.text.replace(other.headers["x-request-id"], "") == one.text.replace(one.headers["x-request-id"], "")


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
