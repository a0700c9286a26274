"""The limits: one table made of the settings, and problems that say which limit it was."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from app.settings import LIMITS, Settings
from mission_collaboration.decoding.structs import SHALLOW, SHALLOW_OBJECT
from tests.support import builders as build
from tests.support.client import Client, Json, problem

NO_LIMITS = {
    *("host", "port", "workers", "log_level", "log_format", "tracing", "docs", "inline_body_bytes", "pool_size"),
    *("drain_seconds", "api_keys", "api_keys_file", "open_pages", "cors_origins", "root_path", "trusted_proxies"),
}
"""The settings that bound nothing of what a caller may send."""

Make = Callable[..., Client]


def test_every_setting_is_a_limit_or_known_for_none() -> None:
    assert set(LIMITS) == set(Settings.model_fields) - NO_LIMITS
    assert {name for name in Settings.model_fields if name.startswith("max_")} <= set(LIMITS)


def test_the_limits_are_those_of_the_settings(client: Client, make_client: Make) -> None:
    assert client.get("/limits").json() == {name: Settings.model_fields[name].default for name in LIMITS}
    other = {name: Settings.model_fields[name].default + 2 for name in LIMITS}
    assert make_client(**other).get("/limits").json() == other


def big(count: int) -> bytes:
    return json.dumps({"events": [build.event(*build.comment("p"))] * count}).encode()


@pytest.mark.parametrize(
    ("setting", "value", "body", "code"),
    [
        ("max_body_bytes", 2_000, big(9), "body-too-large"),
        ("max_events", 3, big(4), "too-many-events"),
        ("max_event_bytes", 1_024, b'{"events": ["' + b"x" * 1_100 + b'"]}', "event-too-large"),
        ("max_nesting", 9, b"[" * 10 + b"]" * 10, "too-deep"),
    ],
)
@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
def test_a_problem_says_the_limit_and_where_all_of_them_stand(
    make_client: Make, path: str, setting: str, value: int, body: bytes, code: str
) -> None:
    answer = make_client(**{setting: value}).send(path, body)
    found = problem(answer, 400 if code == "too-deep" else 413, code)
    assert str(value) in found["detail"]
    assert found["detail"].endswith("GET /limits lists every limit.")


NOTHING: Json = {"events": [{}] * 100_000}
HUNDRED_THOUSAND = json.dumps(NOTHING).encode()


@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_of_a_hundred_thousand_errors_a_hundred_are_told(make_client: Make, content_type: str) -> None:
    """The time that this takes is bounded by collecting no more than that."""
    body: Any = HUNDRED_THOUSAND if content_type.endswith("/json") else b"{}\n" * 100_000
    here = make_client(pool_size=0)
    answer = here.send("/reduce", body, Content_Type=content_type)
    found = problem(answer, 422, "invalid-request")
    assert (len(found["errors"]), found["more_errors"]) == (100, True)
    assert len(answer.content) < 256 * 1024
    verdicts = here.send("/validate/batch", body, Content_Type=content_type)
    assert verdicts.json()["invalid"] == 100_000
    assert sum(bool(result["violations"]) for result in verdicts.json()["results"]) == 1_000


def test_a_shallow_object_nests_as_deep_as_said_and_less_than_any_limit() -> None:
    """Payloads of other event types are read without looking how deep they are, so the limit may not be lower."""
    lowest = 8
    with pytest.raises(ValidationError):
        Settings(max_nesting=lowest - 1)
    around = ("the body", "its events", "the event")
    assert len(around) + SHALLOW <= lowest
    for depth, fits in ((SHALLOW, True), (SHALLOW + 1, False)):
        for innermost in ('{"a":1}', "[1]"):
            text = '{"a":' * (depth - 1) + innermost + "}" * (depth - 1)
            try:
                msgspec.json.decode(text, type=SHALLOW_OBJECT)
            except msgspec.ValidationError:
                assert not fits
            else:
                assert fits
