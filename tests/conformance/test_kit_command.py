"""The command, its reports, and the kit within one process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from conformance import load_cases, matching, run
from conformance.__main__ import FAILED, NOT_RUN, PASSED, main
from conformance.asgi import Message, Receive, Send, in_process
from conformance.checks import equals, status_is
from conformance.model import Case, Difference, Step
from conformance.report import junit, shown, summary
from conformance.runner import FailedStep, Outcome, Report
from conformance.serving import free_port, service

HEALTH = "The service is alive"


@contextmanager
def server(status: int) -> Iterator[tuple[str, list[str | None]]]:
    """Answer every GET alike; give the address and the keys that were sent."""
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            keys.append(self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}", keys
        httpd.shutdown()


def test_the_command_is_content_with_a_service_that_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    with server(200) as (url, keys):
        status = main(["--url", url, "--only", HEALTH, "--junit", str(report), "--api-key", "secret"])

    assert status == PASSED
    assert "1 of 1 cases passed, 0 failed" in capsys.readouterr().out
    assert set(keys) == {"Bearer secret"}
    assert Xml.parse(report).getroot().find("testsuite/testcase") is not None


def test_the_command_explains_what_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with server(503) as (url, _):
        status = main(["--url", url, "--only", HEALTH])

    printed = capsys.readouterr().out
    assert status == FAILED
    assert f"FAILED  {HEALTH}" in printed
    assert "A11: health answers" in printed
    assert "expected 200" in printed
    assert "got      503" in printed
    assert "0 of 1 cases passed, 1 failed" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "no-such-case"], "no case matches 'no-such-case'"),
        ([], "--url is missing"),
        (["--url", f"http://127.0.0.1:{free_port()}"], "no service answers at"),
    ],
)
def test_the_command_says_why_nothing_ran(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == NOT_RUN
    assert words in capsys.readouterr().err


def test_the_command_lists_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "R23"]) == PASSED
    assert "A leave ends driving (strict)  [cases/scenarios/leaving.json]" in capsys.readouterr().out


@pytest.mark.parametrize("pattern", ["a leave ENDS driving", "scenarios/leaving", "R23"])
def test_cases_are_chosen_by_name_file_or_rule(pattern: str) -> None:
    chosen = matching(load_cases(), pattern)

    assert 0 < len(chosen) < 100
    assert "A leave ends driving (strict)" in {case.title for case in chosen}


def a_report() -> Report:
    case = Case("A case", ("S16",), "cases/some.json", (), "strict")
    failed = FailedStep("POST /reduce", (Difference("/a", 1, "\x00\ud800" * 500),))
    return Report([Outcome(case, 0.5, (failed,)), Outcome(case, 0.5), Outcome(case, 0.5, error="no answer")])


def test_a_report_counts_by_rule() -> None:
    text = summary(a_report(), [{"id": "S16", "says": "the same bytes"}, {"id": "R1", "says": "order"}])

    assert "FAILED  S16     1 of 3     the same bytes" in text
    assert "R1 " not in text
    assert text.endswith("1 of 3 cases passed, 2 failed, in 1.5 s")


def test_a_junit_report_is_xml_whatever_the_service_said() -> None:
    suite = Xml.fromstring(junit(a_report())).find("testsuite")

    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert "/a" in str(suite.findtext("testcase/failure"))


def test_a_long_value_is_cut() -> None:
    assert len(shown("x" * 10_000)) < 500
    assert shown({"a": None}) == '{"a": null}'


def application(*, lifespan: bool = True) -> tuple[Callable[[Message, Receive, Send], Any], list[str]]:
    """Make an application that notes what it goes through."""
    seen: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            if not lifespan:
                raise AssertionError("no lifespan here")
            for what in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{what}"
                seen.append(what)
                await send({"type": f"lifespan.{what}.complete"})
            return
        seen.append(scope["path"])
        if scope["path"] == "/bug":
            raise ValueError("a bug")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"a": 1}'})

    return app, seen


def get(path: str, status: int) -> Case:
    checks = (status_is(status), equals("/a", 1)) if status == 200 else (status_is(status),)
    return Case(f"GET {path}", ("A1",), "f", (Step(f"GET {path}", "GET", path, checks),))


def test_an_application_is_judged_in_process() -> None:
    app, seen = application()
    with in_process(app) as client:
        report = run([get("/ok", 200), get("/bug", 500)], client)

    assert report.failures == []
    assert seen == ["startup", "/ok", "/bug", "shutdown"]


def test_an_application_without_lifespan_is_judged_too() -> None:
    app, seen = application(lifespan=False)
    with in_process(app) as client:
        assert run([get("/ok", 200)], client).passed

    assert seen == ["/ok"]


def test_an_application_that_refuses_to_start_is_not_judged() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no disk"})

    with pytest.raises(RuntimeError, match="no disk"), in_process(app):
        pass


def test_a_service_that_cannot_start_shows_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(RuntimeError, match="did not become ready"), service():
        pass
