"""The README's commands and code do what it prints, and its tables are complete."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest

from app.api.application import OPERATIONS
from app.api.operation import Operation
from app.problems import KINDS
from app.settings import Settings
from conformance.serving import service as started_service
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from tests.docs import curl
from tests.docs.elision import is_like
from tests.docs.markdown import README, ROOT, Block, blocks, coded, prose, rows, section

PAIRS = list(pairwise(blocks(README)))
CALLS = [(block.text, answer) for block, answer in PAIRS if block.text.startswith("curl")]
SCRIPTS = [(block.text, answer) for block, answer in PAIRS if block.language == "python"]


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


def is_as_printed(answer: Block, came: str) -> bool:
    if answer.language == "text":
        return is_like(answer.text, came)
    assert answer.language == "json"
    return is_like(json.loads(answer.text), json.loads(came))


def address_of(call: tuple[str, Block]) -> str:
    return curl.parse(call[0]).url + (curl.parse(call[0]).data or "")[:60]


@pytest.mark.parametrize("call", CALLS, ids=address_of)
def test_a_command_answers_as_printed(call: tuple[str, Block], service: str) -> None:
    text, answer = call
    came = curl.send(curl.parse(text), service)
    assert is_as_printed(answer, came), came


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize("call", CALLS, ids=address_of)
def test_curl_itself_prints_the_same(call: tuple[str, Block], service: str) -> None:
    text, answer = call
    came = curl.run(curl.parse(text), service)
    assert is_as_printed(answer, came), came


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script[0].splitlines()[0])
def test_python_code_prints_what_stands_below_it(script: tuple[str, Block]) -> None:
    code, output = script
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert (output.language, done.stdout) == ("text", output.text)


def test_every_command_has_its_place_in_the_test() -> None:
    shell = [block.text for block in blocks(README) if block.language == "bash"]
    assert {text for text in shell if "curl" in text} == {text for text, _ in CALLS}
    assert len(CALLS) >= 9
    assert len(SCRIPTS) == 1


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_endpoint_is_there(operation: Operation) -> None:
    listed = [name for row in rows(section(README, "## Every endpoint")) for name in coded(row[0])]
    assert f"{operation.method.upper()} {operation.path}" in listed


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_endpoint_is_called_or_a_name_for_one_that_is(operation: Operation) -> None:
    called = {curl.parse(text).url.partition("/")[2].partition("?")[0] for text, _ in CALLS}
    pattern = re.sub(r"\\{\w+\\}", r"[\\w-]+", re.escape(operation.path[1:]))
    others = {"/livez": "/readyz", "/healthz": "/readyz", "/problems": "/problems/unknown-participant"}
    assert any(re.fullmatch(pattern, path) for path in called) or others[operation.path][1:] in called


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_there_with_its_default(name: str) -> None:
    table = {coded(row[0])[0]: row for row in rows(section(README, "## Settings"))}
    variable = f"COLLAB_{name.upper()}"
    assert variable in table
    default = Settings.model_fields[name].default
    if name == "trusted_proxies":
        default = ",".join(str(network.network_address) for network in default)
    assert table[variable][1] == ("none" if default in ((), "") else f"`{default}`".lower())
    assert table[variable][2]


@pytest.mark.parametrize("code", KINDS)
def test_every_error_code_is_there_with_its_status(code: str) -> None:
    found = [row for row in rows(section(README, "## Errors")) if code in coded(row[1])]
    assert len(found) == 1
    assert str(KINDS[code].status) in found[0][0].split(", ")
    assert found[0][2]


def test_it_speaks_of_all_targets_of_make_and_no_others() -> None:
    targets = set(re.findall(r"^\.PHONY: ([\w-]+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join([*coded(prose(README)), *(block.text for block in blocks(README) if block.language == "bash")])
    targets -= {"python", "test-library"}  # steps of others
    assert set(re.findall(r"^make ([\w-]+)", code, re.MULTILINE)) == targets


def test_the_examples_keep_the_contract_and_are_all_used(service: str) -> None:
    examples = sorted((ROOT / "docs/examples").iterdir())
    assert {path.name for path in examples} == set(re.findall(r"docs/examples/([\w.-]+)", README.read_text("utf-8")))
    story = json.loads((ROOT / "docs/examples/three-participants.json").read_text("utf-8"))["events"]
    verdict = curl.send(
        curl.Command(
            [], f"{curl.ADDRESS}/validate/batch", {"Content-Type": "application/json"}, json.dumps({"events": story})
        ),
        service,
    )
    assert json.loads(verdict)["valid"]
    assert len({event["event_type"] for event in story} & COLLABORATION_EVENT_TYPES) >= 13
    lines = (ROOT / "docs/examples/stranger.ndjson").read_text("utf-8").splitlines()
    stranger = json.loads((ROOT / "docs/examples/stranger.json").read_text("utf-8"))["events"]
    assert list(map(json.loads, lines)) == stranger


def test_it_lists_what_ci_checks_in_its_order() -> None:
    [row] = [row for row in rows(section(README, "## Work on it")) if row[0] == "`make check`"]
    assert coded(row[1]) == re.findall(r"^make ([\w-]+)", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
