"""What stands on the wire: heads that are none, bodies that end early, wishes for other protocols, pipelines."""

import json
from collections.abc import Iterator

import pytest

from tests.support.raw import Answer, chunked, request, wire
from tests.support.running import free_port, server

EMPTY = b'{"events": []}'
POST = request("POST", "/reduce", body=EMPTY)
GET = request("GET", "/livez")
MOST = 4


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical", COLLAB_MAX_CONNECTIONS=MOST):
        yield port


def answers(port: int, data: bytes) -> list[Answer]:
    """Send this and nothing more; read what comes."""
    with wire(port) as connection:
        connection.send(data)
        connection.shut()
        return connection.answers()


def codes(port: int, data: bytes) -> list[str]:
    return [str(answer.status) if answer.status < 400 else answer.code for answer in answers(port, data)]


@pytest.mark.parametrize(
    "wrong", [b"GARBAGE\r\n\r\n", b"GET /livez HTTP/1.1\r\n\r\n", request("POST", "/reduce", "Transfer-Encoding: x")]
)
def test_a_wrong_request_has_the_prefix_of_the_service_and_not_of_the_request_before_it(wrong: bytes) -> None:
    port = free_port()
    prefix = {"COLLAB_ROOT_PATH": "/collab", "COLLAB_TRUSTED_PROXIES": "127.0.0.1"}
    first = request("POST", "/reduce", "X-Forwarded-Prefix: /first", body=b'{"events": 5}')
    with server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical", **prefix):
        [alone] = answers(port, wrong)
        before, behind = answers(port, first + wrong)
    assert json.loads(before.body)["type"] == "/first/collab/problems/invalid-request"
    kind = json.loads(alone.body)["type"]
    assert kind.startswith("/collab/problems/")
    assert json.loads(behind.body)["type"] == kind


@pytest.mark.parametrize(
    "wish",
    [
        ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk"),
        ("Connection: keep-alive, upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
        ("Connection: upgrade", "Upgrade: TLS/1.0, HTTP/2.0"),
    ],
    ids=["h2c", "websocket", "others"],
)
def test_a_wish_for_another_protocol_is_overlooked(port: int, wish: tuple[str, ...]) -> None:
    declared = request("POST", "/reduce", *wish, body=EMPTY)
    in_chunks = request("POST", "/reduce", *wish, "Transfer-Encoding: chunked") + chunked([EMPTY[:5], EMPTY[5:]])
    expected = answers(port, POST)[0].body
    assert [answer.body for answer in answers(port, declared + in_chunks + POST)] == [expected] * 3
    assert codes(port, request("GET", "/livez", *wish)) == ["200"]
    with wire(port) as connection:  # in as many pieces as there are bytes
        for byte in declared:
            connection.send(bytes([byte]))
        answer = connection.answer()
        assert answer is not None
        assert answer.body == expected


def test_a_wish_to_close_outlives_a_wish_for_another_protocol(port: int) -> None:
    with wire(port) as connection:
        connection.send(request("POST", "/reduce", "Connection: close, Upgrade", "Upgrade: h2c", body=EMPTY))
        assert [answer.headers["connection"] for answer in connection.answers()] == ["close"]


def test_pipelined_wishes_for_another_protocol_are_overlooked_in_a_loop(port: int) -> None:
    wishing = request("POST", "/reduce", "Connection: upgrade", "Upgrade: a", body=EMPTY)
    assert codes(port, wishing * 600 + GET) == ["200"] * 601


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /livez HTTP/1.1\r\nNo colon\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nX : 1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"GET livez HTTP/1.1\r\n\r\n",
        request("POST", "/reduce", "Content-Length: 14", "Content-Length: 15") + EMPTY,
        request("POST", "/reduce", "Content-Length: -1") + EMPTY,
        request("POST", "/reduce", "Content-Length: 14", "Transfer-Encoding: chunked") + chunked([EMPTY]),
        request("POST", "/reduce", "Transfer-Encoding: chunked") + b"zz\r\n",
        request("POST", "/reduce", "Content-Length: 15") + EMPTY,
        request("POST", "/reduce", "Transfer-Encoding: chunked") + b"e\r\n" + EMPTY,
        b"GET /livez HTTP/1.1\r\nHost",
    ],
)
def test_what_is_no_request_is_a_problem_and_the_last_of_its_connection(port: int, data: bytes) -> None:
    [answer] = answers(port, data)
    assert (answer.code, answer.headers["connection"]) == ("malformed-request", "close")


@pytest.mark.parametrize("hosts", [[], ["a", "b"], ["a", "a"], ["a", ""]])
def test_a_request_without_exactly_one_host_is_malformed(port: int, hosts: list[str]) -> None:
    fields = "".join(f"Host: {host}\r\n" for host in hosts)
    assert codes(port, f"GET /livez HTTP/1.1\r\n{fields}\r\n".encode()) == ["malformed-request"]


def test_http_1_0_needs_no_host(port: int) -> None:
    assert codes(port, b"GET /livez HTTP/1.0\r\n\r\n") == ["200"]
    assert codes(port, b"GET /livez HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == ["malformed-request"]


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "identity", "x, Chunked"])
def test_a_transfer_coding_other_than_chunked_is_not_implemented(port: int, coding: str) -> None:
    head = request("POST", "/reduce", f"Transfer-Encoding: {coding}")
    [answer] = answers(port, head + chunked([EMPTY]))
    assert (answer.status, answer.code) == (501, "unsupported-transfer-coding")


@pytest.mark.parametrize("coding", ["chunked, gzip", "chunked, chunked"])
def test_chunked_that_is_not_the_last_coding_is_malformed(port: int, coding: str) -> None:
    head = request("POST", "/reduce", f"Transfer-Encoding: {coding}")
    assert codes(port, head + chunked([EMPTY])) == ["malformed-request"]


def test_the_name_of_a_transfer_coding_may_be_written_in_any_case(port: int) -> None:
    assert codes(port, request("POST", "/reduce", "Transfer-Encoding: CHUNKED ") + chunked([EMPTY])) == ["200"]


@pytest.mark.parametrize("line", ["GET /livez HTTP/2.0", "GET /livez HTTP/3.0", "GET /livez HTTP/0.9"])
def test_another_version_of_http_is_not_supported(port: int, line: str) -> None:
    [answer] = answers(port, f"{line}\r\nHost: x\r\n\r\n".encode())
    assert (answer.status, answer.code) == (505, "unsupported-http-version")


@pytest.mark.parametrize("version", ["1.2", "1.9"])
def test_a_later_minor_version_is_served_as_1_1(port: int, version: str) -> None:
    later = f" HTTP/{version}\r\n".encode()
    wishing = request("POST", "/reduce", "Connection: upgrade", "Upgrade: a", body=EMPTY)
    pipeline = (GET + POST + wishing).replace(b" HTTP/1.1\r\n", later)
    assert codes(port, pipeline) == ["200"] * 3
    assert codes(port, b"GET /livez" + later + b"\r\n") == ["malformed-request"]  # there is no Host


def test_http_2_without_asking_is_not_supported(port: int) -> None:
    assert codes(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == ["unsupported-http-version"]


def test_what_is_no_request_is_answered_after_the_requests_before_it(port: int) -> None:
    assert codes(port, POST + GET + POST + b"nonsense\r\n\r\n") == ["200", "200", "200", "malformed-request"]
    assert codes(port, GET + b"G\x00\r\n\r\n" + GET) == ["200", "malformed-request"]


def test_a_client_that_has_said_everything_is_answered_and_the_connection_closed(port: int) -> None:
    assert codes(port, POST) == ["200"]
    assert codes(port, POST * 5) == ["200"] * 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET http://elsewhere/livez HTTP/1.1", "200"),
        ("GET http://elsewhere?x=1 HTTP/1.1", "200"),
        ("OPTIONS * HTTP/1.1", "204"),
        ("GET * HTTP/1.1", "not-found"),
        ("CONNECT elsewhere:80 HTTP/1.1", "method-not-allowed"),
        ("GET elsewhere:80 HTTP/1.1", "malformed-request"),
        ("GET /livez HTTP/1.0", "200"),
    ],
)
def test_a_target_may_have_any_form(port: int, line: str, expected: str) -> None:
    assert codes(port, f"{line}\r\nHost: elsewhere\r\n\r\n".encode()) == [expected]


def test_connect_is_answered_with_the_methods_of_the_service(port: int) -> None:
    allowed = []
    for line in ("CONNECT elsewhere:80 HTTP/1.1", "OPTIONS * HTTP/1.1"):
        with wire(port) as connection:
            connection.send(f"{line}\r\nHost: elsewhere\r\n\r\n".encode())
            answer = connection.answer()
            assert answer
            allowed.append(answer.headers["allow"])
    assert allowed == ["GET, HEAD, OPTIONS, POST"] * 2


def test_requests_that_come_ahead_are_answered_in_turn_and_do_not_pile_up(port: int) -> None:
    assert codes(port, GET * 900) == ["200"] * 900
    with wire(port) as connection:
        connection.send(GET * 5_000)
        came = [answer.code if answer.status >= 400 else "200" for answer in connection.answers()]
        assert set(came[:-1]) == {"200"}
        assert came[-1] == "overloaded"


def test_a_head_may_be_large_but_not_larger_than_its_limit(port: int) -> None:
    fits, too_large = (request("GET", "/livez", f"X: {'x' * size}") for size in (32_000, 33_000))
    assert codes(port, fits + fits + GET) == ["200"] * 3
    assert codes(port, GET + too_large + GET) == ["200", "headers-too-large"]
    assert codes(port, request("GET", f"/{'x' * 33_000}")) == ["headers-too-large"]
    assert codes(port, request("GET", "/livez", *["X: 1"] * 6_000)) == ["headers-too-large"]
    with wire(port) as connection:
        connection.send(request("HEAD", "/livez", f"X: {'x' * 33_000}"))
        answer = connection.answer(to_head=True)
        assert answer is not None
        assert answer.status == 431
        assert connection.ends()


def test_a_head_without_end_is_refused_while_it_comes(port: int) -> None:
    with wire(port) as connection:
        connection.send(b"GET /livez HTTP/1.1\r\nX: ")
        while connection.send_if_heard(b"x" * 100_000):
            connection.socket.settimeout(0.2)
            try:
                answer = connection.answer()
            except TimeoutError:
                continue
            assert answer is not None
            assert answer.code == "headers-too-large"
            return
    pytest.fail("no answer")


@pytest.mark.parametrize("last", ["", "Connection: close"])
def test_an_answer_before_the_end_of_the_body_can_be_read_and_ends_the_connection(port: int, last: str) -> None:
    with wire(port) as connection:
        connection.send(request("POST", "/reduce", "Content-Length: 99999999", *filter(None, [last])))
        for _ in range(300):  # 30 MB that are not read
            connection.send(b" " * 100_000)
        answer = connection.answer()
        assert answer is not None
        assert (answer.code, answer.headers["connection"]) == ("body-too-large", "close")
        assert connection.ends()


def test_the_connection_that_rested_longest_gives_way_to_a_new_one(port: int) -> None:
    resting = [wire(port) for _ in range(MOST)]
    opened = [each.__enter__() for each in resting]
    try:
        for connection in opened:
            connection.send(GET)
            assert connection.answer()
        assert codes(port, POST) == ["200"]
        assert opened[0].ends()
        opened[1].send(GET)
        assert opened[1].answer()
    finally:
        for each in resting:
            each.__exit__(None, None, None)


def test_a_connection_too_many_is_told_so_while_all_others_are_busy(port: int) -> None:
    busy = [wire(port) for _ in range(MOST)]
    opened = [each.__enter__() for each in busy]
    try:
        for connection in opened:
            connection.send(request("POST", "/reduce", "Expect: 100-continue", "Content-Length: 14"))
            assert connection.socket.recv(25).startswith(b"HTTP/1.1 100")
        with wire(port) as connection:
            connection.send(POST)
            answer = connection.answer()
            assert answer is not None
            assert (answer.code, answer.headers["retry-after"]) == ("overloaded", "1")
            assert connection.ends()
        for connection in opened:
            connection.send(EMPTY)
            answer = connection.answer()
            assert answer is not None
            assert answer.status == 200
    finally:
        for each in busy:
            each.__exit__(None, None, None)
    assert codes(port, POST) == ["200"]
