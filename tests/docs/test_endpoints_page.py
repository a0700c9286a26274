"""docs/endpoints.md shows every endpoint with a command."""

import json
import re
from collections.abc import Iterator

import pytest

from app.api.endpoints import OPERATIONS
from app.api.operation import Operation
from conformance.serving import service as started_service
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from tests.docs import curl
from tests.docs.markdown import PAGES, ROOT, coded, rows, section
from tests.docs.printed import calls

ENDPOINTS = ROOT / "docs/endpoints.md"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with started_service() as address:
        yield address


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_endpoint_is_there(operation: Operation) -> None:
    listed = [name for row in rows(section(ENDPOINTS, "# Every endpoint")) for name in coded(row[0])]
    assert f"{operation.method.upper()} {operation.path}" in listed


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_endpoint_is_called_or_a_name_for_one_that_is(operation: Operation) -> None:
    called = {curl.parse(text).url.partition("/")[2].partition("?")[0] for text, _ in calls(ENDPOINTS)}
    pattern = re.sub(r"\\{\w+\\}", r"[\\w-]+", re.escape(operation.path[1:]))
    others = {"/livez": "/readyz", "/healthz": "/readyz", "/problems": "/problems/unknown-participant"}
    assert any(re.fullmatch(pattern, path) for path in called) or others[operation.path][1:] in called


def test_the_examples_keep_the_contract_and_are_all_used(service: str) -> None:
    examples = sorted(path for path in (ROOT / "docs/examples").iterdir() if path.suffix in (".json", ".ndjson"))
    written = "".join(page.read_text("utf-8") for page in PAGES)
    assert {path.name for path in examples} <= set(re.findall(r"docs/examples/([\w.-]+)", written))
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
