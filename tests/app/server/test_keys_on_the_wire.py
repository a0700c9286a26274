"""Two thousand attempts to get in without a key, as bytes on sockets; and none of them does."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest

from app.api.endpoints import OPERATIONS
from tests.support.raw import Answer, request, wire
from tests.support.running import free_port, server

KEY = "right-key-0123456789"
PATHS = [operation.path.replace("{type}", "Event") for operation in OPERATIONS if "problems" not in operation.path]
OPEN = ("/", "/livez", "/readyz", "/healthz")
CLOSED = [*(path for path in PATHS if path not in OPEN), "/docs", "/redoc", "/openapi.json", "/metrics", "/nope"]

WRAPPED = (
    "/{}",
    "//{}",
    "/./{}",
    "/{}/",
    "/{}//",
    "/{}?",
    "/{}?api_key=" + KEY,
    "/{}#/livez",
    "/{};/livez",
    "/{}%00",
    "/{}%2f",
    "/%2f{}",
    "/livez/../{}",
    "/livez/..%2f{}",
    "/livez%2f..%2f{}",
    "/livez/%2e%2e/{}",
    "/livez\\..\\{}",
    "/livez;/{}",
    "/livez%3f/{}",
    "/problems/../{}",
    "/problems/x/../../{}",
    "/problems/%2e%2e%2f{}",
    "/problems/x%2f{}",
    "/docs/assets/../../{}",
    "/docs/assets/..%2f..%2f{}",
    "/static/../{}",
    "/../{}",
    "http://service.test/{}",
    "http://service.test/livez/../{}",
    "http://service.test//livez@x/{}",
    "https://livez/{}",
    "http://x:y@livez/{}",
)
CREDENTIALS: tuple[tuple[str, ...], ...] = (
    (),
    ("X-API-Key: wrong",),
    (f"X-API-Key: {KEY}x",),
    (f"X-API-Key: {KEY[:-1]}",),
    (f"X-API-Key: {KEY.upper()}",),
    (f"X-API-Key: {KEY},{KEY}",),
    (f"X-API-Key: Bearer {KEY}",),
    ("X-API-Key:",),
    ("X-API-Key: \xe9",),
    ("X-API-Key: " + "k" * 8_000,),
    (f"X_API_Key: {KEY}",),
    (f"X-API-Keys: {KEY}",),
    (f"Cookie: X-API-Key={KEY}; Authorization=Bearer {KEY}",),
    (f"Proxy-Authorization: Bearer {KEY}",),
    ("Authorization: Bearer wrong",),
    (f"Authorization: Basic {KEY}",),
    (f"Authorization: {KEY}",),
    (f"Authorization: Bearer{KEY}",),
    (f"Authorization: Token {KEY}",),
    ("Authorization: Bearer",),
    ("Authorization: Bearer \x7f",),
    *((f"Authorization: Bearer wrong{n}", f"X-API-Key: wrong{n}", "X-API-Key: again") for n in range(2)),
)
TRICKS: tuple[tuple[str, ...], ...] = (
    ("X-Original-URL: /livez", "X-Rewrite-URL: /livez"),
    ("X-Forwarded-Prefix: /livez", "X-Forwarded-Host: livez", "X-Forwarded-For: 127.0.0.1"),
    ("Forwarded: for=127.0.0.1;host=localhost;proto=https", "X-Real-IP: 127.0.0.1"),
    ("X-HTTP-Method-Override: OPTIONS", "X-HTTP-Method: HEAD"),
    ("Origin: null", "Access-Control-Request-Method: POST"),
    ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ),
    ("Connection: X-API-Key, Authorization, close",),
    ("Expect: 100-continue",),
    ("Accept: */*", "User-Agent: kube-probe/1.30"),
)
HOSTS = (
    "localhost/livez",
    "livez",
    "service.test/livez?",
    "service.test/livez#",
    "@livez",
    "127.0.0.1",
    "[::1]/livez",
    "",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY")
BODY = json.dumps({"events": []}).encode()
ALIVE = b'{"status":"ok"}'
SOCKET_REFUSALS = {
    "malformed-request",
    "headers-too-large",
    "unsupported-transfer-coding",
    "unsupported-http-version",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    with server(number, COLLAB_PORT=number, COLLAB_API_KEYS=KEY, COLLAB_LOG_LEVEL="critical"):
        yield number


def written(method: str, target: str, *headers: str) -> bytes:
    body = BODY if method in ("POST", "PUT", "PATCH", "QUERY") else None
    return request(method, target, "Content-Type: application/json", *headers, body=body)


def attempts() -> Iterator[tuple[str, bytes]]:
    """Write every attempt, with its method."""
    inner = [path.removeprefix("/") for path in CLOSED]
    for form, path in product(WRAPPED, inner):
        yield from ((method, written(method, form.format(path))) for method in ("GET", "POST"))
    for path, credentials in product(CLOSED, CREDENTIALS):
        yield from ((method, written(method, path, *credentials)) for method in ("GET", "POST"))
    for path, tricks in product(CLOSED, TRICKS):
        yield from ((method, written(method, path, *tricks)) for method in ("GET", "POST"))
    for method, path in product(METHODS, CLOSED):
        yield method, written(method, path)
        yield method, written(method, path.upper())
    for host, path in product(HOSTS, CLOSED):
        yield "GET", written("GET", path).replace(b"Host: service.test", f"Host: {host}".encode())
        yield "GET", written("GET", path).replace(b"HTTP/1.1", b"HTTP/1.0")


def is_let_in(method: str, answer: Answer | None) -> bool:
    """Whether the caller got past the keys; a path that turns out to be open is answered or not found.

    OPTIONS is open on every path, and says nothing but the methods.
    """
    if answer is None or answer.body == ALIVE:
        return False
    if method == "OPTIONS" and answer.status == 204:
        return answer.body != b"" or set(answer.headers) != {"date", "allow", "x-request-id"}
    if answer.status == 401:
        return answer.headers["www-authenticate"] != "Bearer"
    return answer.status != 404 and (method == "HEAD" or answer.code not in SOCKET_REFUSALS)


def test_two_thousand_attempts_let_nobody_in(port: int) -> None:
    refused: Counter[int | None] = Counter()
    for method, attempt in attempts():
        with wire(port) as connection:
            connection.send(attempt)
            answer = connection.answer(to_head=method == "HEAD")
        assert not is_let_in(method, answer), (attempt[:300], answer)
        assert answer is None or KEY.encode() not in answer.body
        refused[answer and answer.status] += 1
    assert refused.total() > 2_000
    assert refused[401] > 1_900
    assert not refused[None]


def test_nobody_gets_in_behind_somebody_else(port: int) -> None:
    """Pipelined after an open page, or after a request that has a key; the key is asked of each."""
    hidden = written("POST", "/reduce")
    for first, status in ((written("GET", "/livez"), 200), (written("GET", "/limits", f"X-API-Key: {KEY}"), 200)):
        with wire(port) as connection:
            connection.send(first + hidden + first + hidden)
            assert [answer.status for answer in (connection.answer() for _ in range(4)) if answer] == [status, 401] * 2


def test_a_request_in_the_body_of_an_open_one_is_a_body(port: int) -> None:
    hidden = written("POST", "/reduce", f"X-API-Key: {KEY}")
    with wire(port) as connection:
        connection.send(request("GET", "/livez", body=hidden) + written("GET", "/schemas"))
        assert [answer.status for answer in (connection.answer() for _ in range(2)) if answer] == [200, 401]


def test_the_right_key_opens_what_is_there(port: int) -> None:
    for path in ("/schemas", "/limits", "/docs", "/openapi.json"):
        with wire(port) as connection:
            connection.send(written("GET", path, f"Authorization: Bearer {KEY}"))
            answer = connection.answer()
            assert answer
            assert answer.status == 200
