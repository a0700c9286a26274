"""The Dockerfile builds what is meant to be built, from nothing but what is meant for it."""

import http.server
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mission_collaboration import __version__
from tests.docs.markdown import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
STAGES = {
    stage[1]: stage[2]
    for stage in re.finditer(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
}
HEALTHCHECK: list[str] = json.loads(DOCKERFILE.split("HEALTHCHECK", 1)[1].split("CMD ", 1)[1].split("\n", 1)[0])


def test_the_service_is_what_a_plain_build_makes() -> None:
    assert DOCKERFILE.rstrip().endswith("\nFROM service")


def test_the_labels_have_the_version_and_the_revision_that_is_built() -> None:
    assert f'org.opencontainers.image.version="{__version__}"' in STAGES["service"]
    assert "ARG REVISION=" in STAGES["service"]
    assert 'org.opencontainers.image.revision="$REVISION"' in STAGES["service"]


def test_traces_come_with_another_lock() -> None:
    assert "ARG LOCK=server" in STAGES["service-parts"]
    [copied] = re.findall(r"^COPY (requirements/.*) \./$", STAGES["service-parts"], re.MULTILINE)
    assert copied.split() == ["requirements/server.txt", "requirements/otel.txt"]
    assert all((ROOT / path).exists() for path in copied.split())


@pytest.mark.parametrize("stage", ["service", "conformance", "load", "backend"])
def test_an_image_runs_as_a_number_that_is_not_root(stage: str) -> None:
    assert re.findall(r"^USER (\d+):(\d+)$", STAGES[stage], re.MULTILINE) == [("10001", "10001")]


@pytest.mark.parametrize("stage", ["service", "conformance", "load", "backend"])
def test_signals_reach_the_program_itself(stage: str) -> None:
    commands = re.findall(r"^(?:CMD|ENTRYPOINT) (.*)$", STAGES[stage], re.MULTILINE)
    assert commands
    assert all(isinstance(json.loads(command), list) for command in commands)  # the shell form is not JSON


def test_packages_are_installed_by_hash_and_never_compiled() -> None:
    assert "PIP_REQUIRE_HASHES=1 PIP_ONLY_BINARY=:all:" in STAGES["installer"]
    installed = re.findall(r"pip install (.*)$", DOCKERFILE, re.MULTILINE)
    assert installed == ['-r "$LOCK.txt"', "-r test.txt", "-r load.txt", "-r backend.txt"]


def test_what_is_copied_into_images_is_let_through_and_nothing_else() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE))
    first, *rules = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    let_through = {rule[1:] for rule in rules if rule.startswith("!")}
    assert first == "*"
    assert let_through == {path if path in let_through else path.partition("/")[0] for path in copied}


@pytest.mark.parametrize(("status", "health"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_readyz_says(status: int, health: int) -> None:
    with answering(status) as (port, paths):
        assert checked(COLLAB_PORT=str(port)) == checked(PORT=str(port)) == health
        assert checked(COLLAB_PORT=str(port), PORT="1") == health  # as the settings have it
    assert paths == ["/readyz"] * 3


def test_the_health_check_starts_no_interpreter() -> None:
    assert HEALTHCHECK[:2] == ["bash", "-c"]
    assert "python" not in HEALTHCHECK[2]


def test_the_health_check_fails_where_there_is_no_answer() -> None:
    with answering(200) as (port, _):
        pass
    assert checked(COLLAB_PORT=str(port)) == 1


def checked(**variables: str) -> int:
    """Run the image's health check here; give its exit status."""
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(HEALTHCHECK, env=environment, capture_output=True, timeout=30, check=False).returncode


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    """Serve this status; give the port, and the paths that are asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *words: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server.server_port, paths
        finally:
            server.shutdown()
