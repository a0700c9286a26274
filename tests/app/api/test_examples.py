"""The examples of `GET /openapi.json`: sent as they stand, the service answers what stands beside them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.api.examples import ONLY, REQUEST_ID
from app.api.examples.stories import MISSION_OF_ALL_TYPES
from app.api.openapi import __main__ as writer
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from tests.support.client import Client, Json

DOCUMENT: Json = json.loads((Path(__file__).parents[3] / "openapi.json").read_text("utf-8"))


class Example(NamedTuple):
    """A request as a reader finds it."""

    method: str
    path: str
    described: Json
    name: str
    media_type: str | None
    value: Any


def examples() -> Iterator[Example]:
    """List every request of the document that has a body, and every one that needs none."""
    for path, methods in DOCUMENT["paths"].items():
        for method, described in methods.items():
            for media_type, content in described.get("requestBody", {}).get("content", {}).items():
                for name, example in content["examples"].items():
                    yield Example(method, path, described, name, media_type, example["value"])
            if "requestBody" not in described and "text/plain" not in described["responses"]["200"].get("content", ()):
                yield Example(method, path, described, ONLY, None, None)


def shown(described: Json, status: int, name: str, media_type: str) -> Any:
    """Look up what the document says that the answer is."""
    return described["responses"][str(status)]["content"][media_type]["examples"][name]["value"]


def address(example: Example) -> str:
    parameters = {p["name"]: p.get("example") for p in example.described.get("parameters", ()) if p["in"] == "path"}
    return example.path.format(**parameters)


EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.path} {example.name} {example.media_type}")
def test_the_service_answers_what_the_document_shows(client: Client, example: Example) -> None:
    headers = {"X-Request-Id": REQUEST_ID} | ({"Content-Type": example.media_type} if example.media_type else {})
    body = example.value if isinstance(example.value, str) else json.dumps(example.value)
    content = body.encode() if example.media_type else None
    answer = client.request(example.method, address(example), content=content, headers=headers)
    media_type = answer.headers["content-type"]
    assert answer.json() == shown(example.described, answer.status_code, example.name, media_type)


def test_the_metrics_have_the_lines_that_the_document_shows(make_client: Callable[..., Client]) -> None:
    counted = make_client()
    assert counted.post("/reduce", {"events": []}).status_code == 200
    lines = counted.get("/metrics").text.splitlines()
    described = DOCUMENT["paths"]["/metrics"]["get"]
    for line in shown(described, 200, ONLY, "text/plain").splitlines():
        name, _, figure = line.rpartition(" ")
        assert [each for each in lines if each.startswith(name)], (name, figure)


@pytest.mark.parametrize("path", ["/validate", "/reduce"])
def test_there_is_an_example_of_each_type(path: str) -> None:
    shown_types = {
        event["event_type"]
        for example in EXAMPLES
        if example.path == path and isinstance(example.value, dict)
        for event in example.value.get("events", [example.value])
    }
    assert shown_types >= COLLABORATION_EVENT_TYPES


def test_the_stories_end_as_their_names_say() -> None:
    described = DOCUMENT["paths"]["/reduce"]["post"]

    def state(name: str) -> Json:
        found: Json = shown(described, 200, name, "application/json")
        return found

    overlap = state("overlap")
    assert overlap["participants_by_focus"] == {"wp:WP03": ["p-ada", "p-agent", "p-ben"]}
    assert overlap["active_drivers"] == ["p-ada", "p-agent", "p-ben"]
    assert [warning["acknowledgements"] for warning in overlap["warnings"]] == [
        {"p-ada": "continue", "p-agent": "hold"}
    ]
    collision = state("collision")
    assert [warning["warning_type"] for warning in collision["warnings"]] == ["PotentialStepCollisionDetected"]
    assert collision["active_executions"] == {"p-ben": ["write-migration"]}
    refusal = shown(described, 422, "refusal", "application/problem+json")
    assert (refusal["code"], refusal["participant_id"]) == ("unknown-participant", "p-stranger")
    replay = state("replay")
    assert [anomaly["event_id"] for anomaly in replay["anomalies"]] == [refusal["event_id"]]
    assert state("window") == overlap | {"event_count": 9}
    mission = state("mission")
    assert (mission["anomalies"], mission["event_count"]) == ([], len(MISSION_OF_ALL_TYPES))


def test_drift_is_noticed_in_either_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, told = tmp_path / "openapi.json", tmp_path / "answers.json"
    assert writer.main([], document, told) == 0
    assert writer.main(["--check"], document, told) == 0
    assert document.read_bytes() == Path("openapi.json").read_bytes()
    for file in (document, told):
        kept = file.read_text("utf-8")
        file.write_text(kept.replace("p-ada", "p-ade"), "utf-8")
        assert writer.main(["--check"], document, told) == 1
        assert str(file) in capsys.readouterr().out
        file.write_text(kept, "utf-8")
    told.unlink()
    assert writer.main(["--check"], document, told) == 1
