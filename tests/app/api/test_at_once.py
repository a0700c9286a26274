"""What is answered at once, and what is left to the application; that both say the same, `client` sees to always."""

import asyncio
import json
import logging
from typing import Any

import pytest
from starlette.responses import Response

from app.api.app_state import AppState
from app.api.application import create_app
from app.api.at_once import AtOnce
from app.api.auth import Authenticator
from app.problems import Problem
from app.settings import Settings
from tests.support import story

BODY = bytearray(b'{"events": []}')
SECRET = "the password is hunter2"


def service(**settings: Any) -> AtOnce:
    return create_app(Settings(**settings)).at_once


def asked(*headers: tuple[str, str], method: str = "POST", path: str = "/reduce", query: bytes = b"") -> dict[str, Any]:
    fields = [(name.encode(), value.encode()) for name, value in headers]
    return {"method": method, "path": path, "query_string": query, "headers": [(b"host", b"service.test"), *fields]}


def answers(at_once: AtOnce, scope: dict[str, Any], body: bytearray = BODY) -> list[Response]:
    """Ask on an event loop, as a server does; an answer is one, or none."""
    sent: list[Response] = []

    async def ask() -> bool:
        return at_once(scope, body, sent.append)

    assert asyncio.run(ask()) == bool(sent)
    return sent


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "application/json"), ("accept", "*/*"), ("user-agent", "x"), ("accept-encoding", "gzip")],
        [("accept", "application/json"), ("authorization", "Basic eDp5"), ("content-length", "14")],
    ],
)
@pytest.mark.parametrize("path", ["/reduce", "/validate", "/validate/batch", "/admit", "/advise"])
def test_a_small_json_body_is_answered_at_once(path: str, headers: list[tuple[str, str]]) -> None:
    """A refusal is an answer, too."""
    assert len(answers(service(), asked(*headers, path=path))) == 1


@pytest.mark.parametrize(
    "scope",
    [
        asked(("content-type", "application/x-ndjson")),
        asked(("content-type", "application/json; charset=utf-8")),
        asked(("content-type", "text/plain")),
        asked(("content-encoding", "gzip")),
        asked(("content-encoding", "identity")),
        asked(("accept", "text/html")),
        asked(("accept", "application/json, */*")),
        asked(query=b"mode=strict"),
        asked(query=b"ordered=false"),
        asked(method="GET"),
        asked(path="/reduce/"),
        asked(path="/livez", method="GET"),
    ],
    ids=str,
)
def test_whatever_is_unusual_is_left_to_the_application(scope: dict[str, Any]) -> None:
    assert answers(service(), scope) == []


def test_what_has_its_limits_elsewhere_is_left_to_the_application() -> None:
    """Large bodies, which have processes of their own or are refused, whatever leaves a trace, and other origins."""
    assert answers(service(), asked(), bytearray(128 * 1024))
    assert not answers(service(), asked(), bytearray(128 * 1024 + 1))
    assert answers(service(max_body_bytes=2048), asked(), bytearray(2048))
    assert not answers(service(max_body_bytes=2048), asked(), bytearray(2049))
    assert not answers(service(tracing=True), asked())
    assert not answers(service(cors_origins="https://pages.test"), asked())
    assert answers(service(), asked(("origin", "https://pages.test")))


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ([("x-api-key", "k1")], True),
        ([("authorization", "Bearer k2")], True),
        ([("x-api-key", "wrong"), ("authorization", "bearer k1")], True),
        ([("x-api-key", "k3")], False),
        ([("x-api-key", "")], False),
        ([("authorization", "k1")], False),
        ([], False),
    ],
)
def test_where_keys_are_set_only_who_brings_one_is_answered(headers: list[tuple[str, str]], known: bool) -> None:
    at_once = service(api_keys="k1,k2", open_pages="docs,schemas,metrics")
    assert len(answers(at_once, asked(*headers))) == known


def test_the_id_of_the_request_is_the_callers_where_it_is_usable() -> None:
    told = [answers(service(), asked(("x-request-id", given)))[0].headers["x-request-id"] for given in ("r-1", "r 1")]
    assert told[0] == "r-1"
    assert len(told[1]) == 32


def test_an_operator_sees_of_it_what_he_sees_of_all_others() -> None:
    """The fold of a story, and the refusal of nonsense."""
    app_state = AppState(Settings())
    at_once = create_app(Settings(), app_state).at_once
    body = bytearray(json.dumps({"events": story.events()}).encode())
    [state, refusal] = [*answers(at_once, asked(), body), *answers(at_once, asked(), bytearray(b"nonsense"))]
    assert app_state.access_log.in_flight == 0
    page = app_state.access_log.page().decode()
    for line in (
        'collab_requests_total{method="POST",route="/reduce",status="200"} 1.0',
        'collab_requests_total{method="POST",route="/reduce",status="400"} 1.0',
        f'collab_request_bytes_total{{route="/reduce"}} {len(body) + len("nonsense")}.0',
        f'collab_response_bytes_total{{route="/reduce"}} {len(state.body) + len(refusal.body)}.0',
        'collab_events_total{event_type="ParticipantJoined"} 4.0',
        'collab_refusals_total{code="malformed-json"} 1.0',
        "collab_anomalies_total 1.0",
    ):
        assert f"{line}\n" in page


@pytest.mark.parametrize("bug", [RuntimeError(SECRET), Problem("invalid-request", f"{SECRET} \ud800")])
def test_a_bug_is_an_apology_and_is_logged(caplog: pytest.LogCaptureFixture, bug: Exception) -> None:
    """In the work itself, or in what tells of its refusal."""

    def fail(body: bytes, limits: Settings) -> Response:
        raise bug

    settings = Settings()
    at_once = AtOnce({("POST", "/reduce"): fail}, settings, AppState(settings), Authenticator(()))
    with caplog.at_level(logging.ERROR):
        [answer] = answers(at_once, asked())
    assert answer.status_code == 500
    assert SECRET.encode() not in bytes(answer.body)
    assert SECRET in caplog.text
