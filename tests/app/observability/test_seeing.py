"""What an operator sees of a real service: one line a request, and the same numbers from every worker."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.observability.logging import LogLine
from tests.support import builders as build
from tests.support import story
from tests.support.running import DEADLINE, descendants, free_port, metrics_folders_of, server, wait_for_end, watched

SECRET = "the password is hunter2"
BODY = json.dumps({"events": story.events()}).encode()
LARGE = BODY + b" " * 200_000
TALKED = build.history(build.joined("p1"), *[build.comment("p1", content="x" * 500)] * 60)
TALK = json.dumps({"events": TALKED}).encode()
SENT = 40


class Service:
    """A service under watch."""

    def __init__(self, process: Any, port: int) -> None:
        self.process, self.port = process, port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """Ask on a connection of its own, so that any worker may answer."""
        return httpx.request(method, self.http.base_url.join(path), content=body, headers=headers, timeout=DEADLINE)

    def metrics(self) -> dict[tuple[str, ...], float]:
        """Read the page: name and label values → value."""
        page = self.ask("GET", "/metrics")
        assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(page.text)
            for sample in family.samples
        }

    def wait_for(self, name: tuple[str, ...], value: float) -> dict[tuple[str, ...], float]:
        """Ask until what was counted a moment ago is there."""
        deadline = time.monotonic() + DEADLINE
        while (seen := self.metrics()).get(name) != value:
            assert time.monotonic() < deadline, f"{name} is {seen.get(name)}, not {value}"
        return seen

    def stop(self) -> list[Any]:
        """End it, and read its log."""
        self.http.close()
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=DEADLINE)
        return [json.loads(line) for line in log.splitlines()]


@contextmanager
def watched_service(**variables: Any) -> Iterator[Service]:
    port = free_port()
    with server(port, COLLAB_PORT=port, **variables) as process:
        made = Service(process, port)
        yield made
        made.http.close()


def requests_of(log: list[Any]) -> list[Any]:
    return [line for line in log if line["message"] == "request"]


def test_a_request_leaves_one_line_that_says_all_but_what_was_in_it() -> None:
    with watched_service() as service:
        answers = [service.ask("POST", "/reduce", body, **{"X-Request-Id": "r-7"}) for body in (BODY, LARGE)]
        lines = requests_of(service.stop())
    for body, answer, line in zip((BODY, LARGE), answers, lines, strict=True):
        assert 0 < line.pop("duration_ms") < 1000 * DEADLINE
        assert line.pop("time").endswith("Z")
        assert line.pop("pid") == service.process.pid
        assert line == {
            "level": "info",
            "message": "request",
            "method": "POST",
            "route": "/reduce",
            "status": 200,
            "bytes_in": len(body),
            "bytes_out": len(answer.content),
            "events": len(story.events()),
            "mode": "strict",
            "request_id": "r-7",
        }


def test_a_refusal_is_logged_by_its_code_and_nothing_that_was_sent_is() -> None:
    with watched_service(COLLAB_API_KEYS="hunter2-key") as service:
        for path in (f"/{SECRET}", f"/schemas/{SECRET}", f"/reduce?{SECRET}"):
            service.ask("POST", path, SECRET.encode(), Authorization="Bearer hunter2-key")
        service.ask("POST", "/reduce", BODY, Authorization="Bearer hunter2-kex")
        log = service.stop()
    told = [(line["route"], line["status"], line["refusal"]) for line in requests_of(log)]
    assert told == [
        ("unmatched", 404, "not-found"),
        ("/schemas/{type}", 405, "method-not-allowed"),
        ("/reduce", 422, "invalid-request"),
        ("/reduce", 401, "unauthorized"),
    ]
    assert "hunter2" not in json.dumps(log)


def test_what_is_refused_at_the_socket_is_logged_and_counted_too() -> None:
    with watched_service() as service:
        with socket.create_connection((service.http.base_url.host, service.http.base_url.port or 0)) as raw:
            raw.sendall(b"this is no HTTP\r\n\r\n")
            answer = raw.recv(4096).decode()
        service.wait_for(("collab_refusals_total", "malformed-request"), 1)
        [line] = [line for line in requests_of(service.stop()) if line.get("refusal") == "malformed-request"]
    assert (line["status"], line["route"]) == (400, "unmatched")
    assert line["request_id"] in answer


@contextmanager
def deaf(port: int) -> Iterator[socket.socket]:
    """Ask for one answer after the other and read none of them, until the service will hear no more."""
    request = b"POST /reduce HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(TALK), TALK)
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(0.5)
        raw.connect(("127.0.0.1", port))
        with suppress(TimeoutError):
            for _ in range(1_000):  # 60 MB, of which some are on their way and the rest will not be taken
                raw.sendall(request)
        yield raw


def test_a_client_that_goes_away_without_its_answers_is_no_error() -> None:
    with watched_service() as service:
        with deaf(service.port):
            pass
        service.wait_for(("collab_requests_in_flight",), 1)
        log = service.stop()
    assert [line for line in log if line["level"] == "error"] == []


def test_a_client_that_does_not_read_when_the_service_stops_is_no_error() -> None:
    with watched_service(COLLAB_DRAIN_SECONDS=0.1) as service, deaf(service.port):
        log = service.stop()
    assert service.process.returncode == 0
    assert [line for line in log if line["level"] == "error"] == []
    assert {line.get("status") for line in requests_of(log)} <= {200, 503, None}


def test_probes_are_logged_at_level_debug_alone() -> None:
    for level, expected in (("info", []), ("debug", ["/livez", "/readyz"])):
        with watched_service(COLLAB_LOG_LEVEL=level) as service:
            service.ask("GET", "/readyz")
            told = [line["route"] for line in requests_of(service.stop())]
        assert sorted(set(told)) == expected


def test_all_lines_have_one_form_uvicorns_too() -> None:
    with watched_service(COLLAB_WORKERS=2) as service:
        service.ask("POST", "/reduce", b"{")
        log = service.stop()
    for line in log:
        assert set(line) <= set(LogLine.__struct_fields__)
    assert {"app.server", "uvicorn.error"} <= {line.get("logger") for line in log}


def test_on_a_terminal_a_line_is_for_people() -> None:
    port = free_port()
    with server(port, COLLAB_PORT=port, COLLAB_LOG_FORMAT="console") as process:
        httpx.get(f"http://127.0.0.1:{port}/nope")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=DEADLINE)
    [line] = [line for line in log.splitlines() if "route=unmatched" in line]
    assert "INFO" in line
    assert "status=404" in line
    assert "refusal=not-found" in line


@pytest.mark.parametrize("workers", [1, 2])
def test_the_metrics_are_those_of_all_workers(workers: int) -> None:
    with watched_service(COLLAB_WORKERS=workers) as service:
        for body in [BODY, LARGE] * (SENT // 2):
            assert service.ask("POST", "/reduce", body).status_code == 200
        assert service.ask("POST", "/reduce", b"{").status_code == 400
        seen = service.wait_for(("collab_requests_total", "POST", "/reduce", "200"), SENT)
        seen = service.wait_for(("collab_refusals_total", "malformed-json"), 1)
        assert seen["collab_request_bytes_total", "/reduce"] == (len(BODY) + len(LARGE)) * SENT // 2 + 1
        assert seen["collab_request_seconds_count", "POST", "/reduce"] == SENT + 1
        joined = sum(event["event_type"] == "ParticipantJoined" for event in story.events())
        assert seen["collab_events_total", "ParticipantJoined"] == joined * SENT
        assert seen["collab_anomalies_total",] == len(story.STATE["anomalies"]) * SENT
        assert seen["collab_workers",] == workers
        assert seen["collab_pool_size",] == 2 * workers
        assert seen["collab_requests_in_flight",] >= 1  # the one that asks


def test_a_worker_that_died_is_no_longer_counted_as_one_but_what_it_counted_is() -> None:
    with watched_service(COLLAB_WORKERS=2, COLLAB_POOL_SIZE=0) as service:
        for _ in range(SENT):
            service.ask("POST", "/reduce", BODY)
        service.wait_for(("collab_requests_total", "POST", "/reduce", "200"), SENT)
        first = descendants(service.process.pid)[0]
        with watched([first]) as handles:
            os.kill(first, signal.SIGKILL)
            wait_for_end(handles)
        seen = service.wait_for(("collab_workers",), 2)
        assert seen["collab_requests_total", "POST", "/reduce", "200"] == SENT


def test_the_folder_of_the_workers_is_cleared_away() -> None:
    with watched_service(COLLAB_WORKERS=2) as service:
        service.ask("GET", "/metrics")
        workers = descendants(service.process.pid)
        assert len(metrics_folders_of(workers)) == 1
        service.stop()
    assert metrics_folders_of(workers) == []
