"""Every command reads its file in one way."""

import gzip
import json
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mission_collaboration.__main__ import main
from mission_collaboration.replay.files import zstd
from tests.support import builders as build

EVENTS = build.history(build.joined("p1"), build.drive("p1", "active"))
LINES = "".join(json.dumps(event) + "\n" for event in EVENTS).encode()
BODY = json.dumps({"events": EVENTS}).encode()
LIST = json.dumps(EVENTS).encode()
COMMANDS = ("reduce", "validate", "explain")


def run(command: str, text: bytes) -> Result:
    return CliRunner().invoke(main, [command, "-"], input=text)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "packed", [gzip.compress, zstd.compress, lambda text: gzip.compress(text[:9]) + gzip.compress(text[9:])]
)
def test_a_packed_file_is_read_as_what_it_holds(command: str, packed: Any) -> None:
    for text in (BODY, LIST, LINES):
        told = run(command, packed(text))
        assert told.exit_code == 0
        assert told.stdout == run(command, text).stdout


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text", [gzip.compress(BODY)[:-9], b"\x1f\x8b", zstd.compress(BODY)[:-3], zstd.compress(BODY)[:20] + b"x"]
)
def test_a_damaged_file_is_a_problem(command: str, text: bytes) -> None:
    told = run(command, text)
    problem = json.loads(told.stdout)
    assert (told.exit_code, problem["code"]) == (1, "malformed-json")
    assert problem["detail"].startswith("The file cannot be unpacked: ")


def test_zstd_without_its_package_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mission_collaboration.replay.files", None)
    told = run("reduce", zstd.compress(BODY))
    assert told.exit_code == 1
    assert "install the extra `replay`" in json.loads(told.stdout)["detail"]
