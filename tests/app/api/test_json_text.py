"""Bodies that are no JSON, or too deep: 400 with the place, and the service goes on."""

import json
from collections.abc import Callable

import pytest

from tests.support import builders as build
from tests.support.bodies import NOT_JSON, BadText, in_a_list
from tests.support.client import Client, Json, problem

ENDPOINTS = ("/reduce", "/validate", "/validate/batch")
LIMIT = 64
"""How deep a body may nest by default."""


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("bad", NOT_JSON.values(), ids=NOT_JSON)
def test_a_body_that_is_no_json_is_answered_with_line_and_column(client: Client, path: str, bad: BadText) -> None:
    found = problem(client.send(path, bad.text), 400, "malformed-json")
    [error] = found["errors"]
    assert (error["pointer"], error["code"]) == ("", "malformed-json")
    assert (error["line"], error["column"]) == (bad.line, bad.column), error["message"]
    assert f"line {bad.line}, column {bad.column}" in found["detail"]
    assert client.post("/reduce", {"events": []}).status_code == 200


GOOD = json.dumps({"events": build.history(build.joined("ann"), build.comment("ann", content="#"))}).encode()
TAINTS = [b"\\ud800", b"\\udc00", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\x01", b"\n", b"\\x", b'"']
SPOILT = [GOOD.replace(b"#", taint) for taint in TAINTS] + [
    b"\xef\xbb\xbf" + GOOD,
    GOOD + b"x",
    GOOD[:-1],
    GOOD[:-1] + b",}",
    GOOD.replace(b'"lamport_clock": 2', b'"lamport_clock": 02'),
    GOOD.replace(b'"lamport_clock": 2', b'"lamport_clock": NaN'),
    GOOD.replace(b'"lamport_clock": 2', b'"lamport_clock": 2e999'),
]


@pytest.mark.parametrize("path", ["/reduce", "/validate/batch"])
def test_a_batch_with_nothing_else_wrong_is_held_to_json_too(client: Client, path: str) -> None:
    assert client.send(path, GOOD).status_code == 200
    for spoilt in SPOILT:
        problem(client.send(path, spoilt), 400, "malformed-json")


@pytest.mark.parametrize(
    "text",
    [
        b'"\\ud83d\\ude80 \\\\ud800 \\\\\\\\udc00"',
        b'"NaN -Infinity 1e400"',
        b"1e308, 1e-400, -0, 0.0, 123456789012345678901234567890",
        b'\t\r\n "x" \t\r\n',
        b'{"a": 1, "a": 2}',
        '"\uffff\U0010ffff\x7f\u2028"'.encode(),
    ],
)
def test_what_only_looks_like_trouble_is_read(client: Client, text: bytes) -> None:
    answer = client.send("/validate/batch", in_a_list(text))
    assert answer.status_code == 200, answer.text


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """Nest a payload so that the whole body is `depth` deep."""
    inner = opening * (depth - 1) + b"1" + closing * (depth - 1)
    return b'{"event_type": "PresenceHeartbeat", "payload": ' + inner + b"}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["arrays", "objects"])
def test_nesting_ends_at_the_limit(client: Client, opening: bytes, closing: bytes) -> None:
    assert client.send("/validate", nested(LIMIT, opening, closing)).status_code == 200
    found = problem(client.send("/validate", nested(LIMIT + 1, opening, closing)), 400, "too-deep")
    assert str(LIMIT) in found["detail"]


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "text",
    [nested(100_000), nested(100_000, b'{"a":', b"}"), b"[" * 100_000, in_a_list(b"[" * 100_000)],
    ids=["arrays", "objects", "unclosed", "unclosed in a list"],
)
def test_nesting_a_hundred_thousand_deep_is_refused(client: Client, path: str, text: bytes) -> None:
    problem(client.send(path, text), 400, "too-deep")


def test_the_limit_of_nesting_can_be_set(make_client: Callable[..., Client]) -> None:
    deep = make_client(max_nesting=200)
    assert deep.send("/validate", nested(200)).status_code == 200
    problem(deep.send("/validate", nested(201)), 400, "too-deep")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("value", [b"[]", b'"text"', b"7", b"1.5", b"true", b"null", b'[{"events": []}]'])
def test_a_body_that_is_no_object_breaks_the_schema(client: Client, path: str, value: bytes) -> None:
    found: Json = problem(client.send(path, value), 422, "invalid-request")
    [error] = found["errors"]
    assert error["pointer"] == ""
    assert "object" in error["message"]
