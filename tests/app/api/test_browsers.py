"""What browsers are told: which origins may call, and what the pages may do."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest

from tests.support.client import Client, problem

ORIGIN = "https://app.example"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "x-api-key, content-type, traceparent, tracestate, baggage",
}

Make = Callable[..., Client]


def test_without_origins_there_is_no_cors(client: Client) -> None:
    for answer in (client.get("/schemas", {"Origin": ORIGIN}), client.request("OPTIONS", "/reduce", headers=PREFLIGHT)):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    problem(answer, 405, "method-not-allowed")


def test_a_named_origin_may_call_and_read_what_concerns_it(make_client: Make) -> None:
    answer = make_client(cors_origins=f"{ORIGIN}, https://b.example").get("/nope", {"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert {"x-request-id", "retry-after"} <= set(answer.headers["access-control-expose-headers"].lower().split(", "))
    assert "access-control-allow-credentials" not in answer.headers


def test_an_answer_may_differ_by_origin_and_says_so_to_all(make_client: Make) -> None:
    assert make_client(cors_origins=ORIGIN).post("/reduce", {"events": []}).headers["vary"] == "Origin"


def test_a_preflight_needs_no_key_and_what_follows_does(make_client: Make) -> None:
    locked = make_client(cors_origins=ORIGIN, api_keys="k")
    asked = locked.request("OPTIONS", "/reduce", headers=PREFLIGHT)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, ORIGIN)
    refused = locked.request("POST", "/reduce", headers={"Origin": ORIGIN})
    problem(refused, 401, "unauthorized")
    assert refused.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"Origin": "https://app.example.evil.example"}, "Origin"),
        ({"Origin": "null"}, "Origin"),
        ({"Access-Control-Request-Method": "DELETE"}, "Access-Control-Request-Method"),
        ({"Access-Control-Request-Headers": "x-evil"}, "Access-Control-Request-Headers"),
        ({"Access-Control-Request-Private-Network": "true"}, "Access-Control-Request-Headers"),
    ],
)
def test_a_preflight_that_asks_for_too_much_is_a_problem(
    make_client: Make, given: dict[str, str], parameter: str
) -> None:
    answer = make_client(cors_origins=ORIGIN).request("OPTIONS", "/reduce", headers=PREFLIGHT | given)
    assert problem(answer, 422, "invalid-request")["errors"][0]["parameter"] == parameter
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_star_is_for_everybody(make_client: Make) -> None:
    everybody = make_client(cors_origins="*")
    assert everybody.get("/schemas", {"Origin": ORIGIN}).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_a_page_runs_its_own_scripts_and_no_others(client: Client, page: str) -> None:
    answer = client.get(page)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    inline = re.findall(rb"<script>(.*?)</script>", answer.content, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in inline]
    assert policy["script-src"].split() == ["'self'", *hashes]
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert not re.findall(rb"\son\w+=", answer.content)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
