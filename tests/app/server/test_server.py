"""The real server, `python -m app`, in a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.support import story
from tests.support.bodies import NOT_JSON
from tests.support.running import DEADLINE, ROOT, environment, free_port, server


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start a server that all tests of this module may talk to."""
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_LOG_LEVEL="critical"):
        yield f"http://127.0.0.1:{port}"


def test_the_story_ends_as_the_contract_says(address: str) -> None:
    answer = httpx.post(f"{address}/reduce", json={"events": story.events()})
    assert answer.status_code == 200
    assert {**answer.json(), "anomalies": story.STATE["anomalies"]} == story.STATE
    assert "server" not in answer.headers


def test_bad_bodies_leave_the_server_alive(address: str) -> None:
    with httpx.Client(base_url=address) as http:
        for bad in NOT_JSON.values():
            assert http.post("/reduce", content=bad.text).json()["code"] == "malformed-json"
        assert http.post("/reduce", content=b"[" * 100_000).json()["code"] == "too-deep"
        assert http.get("/livez").json() == {"status": "ok"}


def test_head_and_304_carry_no_body_on_the_wire(address: str) -> None:
    with httpx.Client(base_url=address) as http:
        tag = http.get("/schemas/Event").headers["etag"]
        for _ in range(2):  # a body too many would be taken for the head of the next answer
            assert http.head("/schemas/Event").status_code == 200
            assert http.get("/schemas/Event", headers={"If-None-Match": tag}).status_code == 304
            assert http.head("/nope").status_code == 404
        assert http.get("/livez").status_code == 200


def test_the_request_id_comes_back(address: str) -> None:
    answer = httpx.get(f"{address}/nope", headers={"X-Request-Id": "r-7"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "r-7"


@pytest.mark.parametrize("prefixed", [False, True])
def test_a_bare_port_is_honoured_and_a_prefixed_one_stands_before_it(prefixed: bool) -> None:
    port = free_port()
    variables = {"PORT": free_port(), "COLLAB_PORT": port} if prefixed else {"PORT": port}
    with server(port, **variables):
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_with_status_0(number: signal.Signals) -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port) as process:
        assert httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
        process.send_signal(number)
        _, log = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COLLAB_PORT", "eighty"),
        ("PORT", "70000"),
        ("COLLAB_WORKERS", "0"),
        ("COLLAB_LOG_LEVEL", "loud"),
        ("COLLAB_MAX_BODY_BYTES", "-1"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line_and_status_2(variable: str, value: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env=environment(**{variable: value}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert re.search(rf"\b{variable}\b", line)
    assert repr(value) in line


def test_tracing_without_its_packages_stops_the_start_with_one_line() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env=environment(COLLAB_TRACING="true"),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert "COLLAB_TRACING" in line
    assert "otel" in line
