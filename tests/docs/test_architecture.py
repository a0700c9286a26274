"""docs/architecture.md is true: its rooms are there, and one event type more touches the places that it names."""

import json
import re
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, coded, prose, rows, section
from tests.docs.one_more_type import EDITS, Copy

PAGE = ROOT / "docs/architecture.md"
PACKAGES = ("app", "mission_collaboration")
HANDLERS_TEST = "tests/mission_collaboration/reducer/test_handlers.py"
BY_HAND, WRITTEN = (
    [name for row in rows(half) for name in coded(row[0])]
    for half in section(PAGE, "## Add an event type").split("Then `make generated` writes:")
)
GENERATORS = re.findall(r"^GENERATORS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[0].split()
HELD_BY = (
    *("tests/mission_collaboration/contract/test_payloads.py", "tests/mission_collaboration/contract/test_schemas.py"),
    *("tests/mission_collaboration/reducer/test_handlers.py", "tests/mission_collaboration/test_public_names.py"),
    *("tests/conformance/test_kit_data.py", "tests/app/api/test_examples.py", "tests/app/api/test_validate.py"),
    *("tests/app/api/test_schemas.py", "tests/app/api/test_problem_pages.py", "tests/docs/test_contract.py"),
    *("tests/docs/test_compatibility.py", "tests/docs/test_code.py"),
)
"""The tests that look at every type, and take seconds."""
ASK_THE_SERVICE = """
import json
from starlette.testclient import TestClient
from app.main import app

joined = {"participant_id": "a", "participant_type": "human"}
envelope = {
    "aggregate_id": "mission/m1", "timestamp": "2026-01-01T12:00:00Z", "node_id": "n", "lamport_clock": 1,
    "project_uuid": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "correlation_id": "01HZZZZZZZZZZZZZZZZZZZZZZZ",
}
happened = [
    ("FocusChanged", {"focus_target": {"target_type": "wp", "target_id": "1"}}),
    ("FocusCleared", {"reason": "done"}),
]
events = [
    {**envelope, "event_id": f"01J0000000000000000000000{clock}", "event_type": event_type, "lamport_clock": clock,
     "payload": {"mission_id": "m1", "participant_id": "a", **payload}}
    for clock, (event_type, payload) in enumerate(happened, 1)
]
client = TestClient(app)
answers = {
    "good": client.post("/validate", json=events[1]),
    "bad": client.post("/validate", json={"event_type": "FocusCleared", "payload": {"mission_id": "m1"}}),
    "before": client.post("/reduce", json={"events": events[:1], "roster": {"a": joined}}),
    "after": client.post("/reduce", json={"events": events, "roster": {"a": joined}}),
    "admitted": client.post("/admit", json={"events": events, "roster": {"a": joined}}),
    "schema": client.get("/schemas/FocusCleared"),
}
print(json.dumps({name: answer.json() for name, answer in answers.items()}))
"""


def test_every_file_and_room_that_it_names_is_there() -> None:
    contract = ROOT / "mission_collaboration/contract"
    for name in coded(prose(PAGE)):
        if re.fullmatch(r"[\w.]+/[\w./]*", name) and name not in WRITTEN:
            assert (ROOT / name).exists() or (contract / name).exists(), name
        elif re.fullmatch(r"(app|mission_collaboration)(\.\w+)+", name):
            room = ROOT / name.replace(".", "/")
            assert room.is_dir() or room.with_suffix(".py").is_file(), name
        elif re.fullmatch(r"\w+\.py", name):
            assert any(name == path.name for package in PACKAGES for path in (ROOT / package).rglob("*.py")), name


def test_every_room_is_in_the_picture() -> None:
    [picture] = re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    paths = (path for package in PACKAGES for path in (ROOT / package).iterdir())
    rooms = {path for path in paths if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("_")}
    drawn = set(re.findall(r"(?:app|mission_collaboration)\.\w+", picture))
    assert drawn == {f"{path.parent.name}.{path.stem}" for path in rooms}


def test_it_names_the_generators_of_the_makefile() -> None:
    assert len(GENERATORS) >= 4
    assert len(set(BY_HAND) & set(WRITTEN)) == 0


def test_the_code_does_not_count_the_types() -> None:
    sources = [
        path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in (".py", ".toml", ".html")
    ]
    counting = re.compile(r"\b(14|fourteen) (collaboration |event |payloads|types)|(the|outside the) 14\b")
    assert [path.name for path in sources if counting.search(path.read_text("utf-8"))] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Add the type by hand, and let the generators do the rest."""
    made = Copy(tmp_path_factory.mktemp("one-more-type"))
    made.write_in_the_type()
    for generator in GENERATORS:
        made.run("-m", generator)
    return made


def test_one_more_type_touches_the_places_that_are_named_and_no_other(copy: Copy) -> None:
    assert set(EDITS) == set(BY_HAND)
    assert copy.changed() == {*BY_HAND, *WRITTEN}


def test_the_generators_and_the_tests_are_content_with_it(copy: Copy) -> None:
    for generator in GENERATORS:
        copy.run("-m", generator, "--check")
    told = copy.run("-m", "pytest", "-p", "no:cacheprovider", *HELD_BY)
    assert "failed" not in told


def test_the_service_knows_it(copy: Copy) -> None:
    answers = json.loads(copy.run("-c", ASK_THE_SERVICE))
    assert answers["good"]["valid"]
    assert [found["field"] for found in answers["bad"]["model_violations"]] == ["participant_id"]
    assert len(answers["bad"]["schema_violations"]) == 1
    assert list(answers["before"]["focus_by_participant"]) == ["a"]
    assert (answers["after"]["focus_by_participant"], answers["after"]["event_count"]) == ({}, 2)
    assert (answers["admitted"]["accepted"], answers["admitted"]["state"]) == (2, answers["after"])
    assert answers["schema"]["title"] == "FocusClearedPayload"


def test_without_a_handler_it_is_not_content(copy: Copy, tmp_path: Path) -> None:
    handlers = copy.folder / "mission_collaboration/reducer/handlers.py"
    text = handlers.read_text("utf-8")
    handlers.write_text(text.replace("    c.FOCUS_CLEARED: focus_cleared,\n", ""), "utf-8")
    try:
        with pytest.raises(AssertionError, match="FocusCleared"):
            copy.run("-m", "pytest", "-p", "no:cacheprovider", "-x", HANDLERS_TEST)
    finally:
        handlers.write_text(text, "utf-8")
