"""A bug in the service: a 500 that gives nothing away; and the ids that requests are found by."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app.api.endpoints import OPERATIONS, advise
from app.api.operation import Service
from app.problems import Problem
from tests.support.client import Client, problem

SECRET = "the password is hunter2"


async def fail(request: Request, service: Service) -> Response:
    raise RuntimeError(SECRET)


@pytest.fixture
def buggy(monkeypatch: pytest.MonkeyPatch, make_client: Callable[..., Client]) -> Client:
    """Talk to a service with an endpoint that fails, `/fail`, for GET and POST."""
    failing = [replace(advise.ADVISE, path="/fail", method=method, handler=fail) for method in ("get", "post")]
    with monkeypatch.context() as patch:
        patch.setattr("app.api.application.OPERATIONS", (*OPERATIONS, *failing))
        return make_client()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bug_is_a_problem_without_details(buggy: Client, method: str) -> None:
    answer = buggy.request(method, "/fail", headers={"X-Request-Id": "r-1"})
    found = problem(answer, 500, "internal")
    assert set(found) == {"type", "title", "status", "detail", "code", "request_id"}
    assert found["request_id"] == "r-1"
    assert not re.search("hunter2|RuntimeError|Traceback|[.]py", answer.text + str(answer.headers))


def test_a_bug_is_logged_with_all_its_details(buggy: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        buggy.get("/fail")
    [record] = [record for record in caplog.records if record.name == "app"]
    assert record.levelno == logging.ERROR
    assert "GET" in record.getMessage()
    assert "/fail" in record.getMessage()
    assert record.exc_info is not None
    assert SECRET in str(record.exc_info[1])


def test_a_bug_behind_head_is_a_500_without_a_body(buggy: Client) -> None:
    assert buggy.head("/fail").status_code == 500
    assert buggy.body_sent("GET", "/fail") != b"" == buggy.body_sent("HEAD", "/fail")


def test_the_service_goes_on_after_a_bug(buggy: Client) -> None:
    problem(buggy.get("/fail"), 500, "internal")
    assert buggy.post("/reduce", {"events": []}).status_code == 200


@pytest.mark.parametrize("bug", [RuntimeError(SECRET), Problem("invalid-request", f"{SECRET} \ud800")])
def test_a_bug_in_the_work_or_in_the_problem_that_it_raises_is_an_apology(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, client: Client, bug: Exception
) -> None:
    def fail_at_work(*_: Any) -> Response:
        raise bug

    monkeypatch.setattr("app.api.endpoints.reduce.reduce_body", fail_at_work)
    with caplog.at_level(logging.ERROR):
        answer = client.post("/reduce", {"events": []})
    problem(answer, 500, "internal")
    assert SECRET not in answer.text
    assert SECRET in caplog.text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/livez"), ("HEAD", "/schemas/Event"), ("POST", "/reduce"), ("GET", "/nope"), ("PUT", "/reduce")],
)
@pytest.mark.parametrize(
    "given",
    ["r1", "7f9c2ba4-e88f-4f37-a1d3-0c6f3f6e1a55", "a" * 128, "Root=1-5759e988-bd862e3fe1be46a9", "a.b:c_d/e+f=g@h-i"],
)
def test_a_usable_request_id_is_taken_over(client: Client, method: str, path: str, given: str) -> None:
    answer = client.request(method, path, headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given
    if answer.status_code >= 400:
        assert answer.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "a" * 129, "two words", "tab\tbed", "<script>", 'quo"ted', "-x", "é", "a,b", "a;b", "\x7f"]
)
def test_another_request_id_is_made_anew(client: Client, given: str) -> None:
    answer = client.request("GET", "/nope", headers={"X-Request-Id": given.encode("latin-1")})
    made = problem(answer, 404, "not-found")["request_id"]
    assert made != given
    assert re.fullmatch("[0-9a-f-]{32,36}", made)


def test_requests_without_an_id_are_given_different_ones(client: Client) -> None:
    given = [client.get(path).headers["x-request-id"] for path in ("/livez", "/nope", "/schemas", "/livez")]
    assert len(set(given)) == 4
