"""The kit's own files: each fits the format, each name is one of a kind, each rule has its cases."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from conformance.coverage import gaps, uncovered, unknown_rules
from conformance.generate import generate
from conformance.kinds import Object, objects
from conformance.loading import CASES, FIXTURES, HOME, MANIFEST, load_cases, load_rules, read
from conformance.model import Case
from conformance.table import PAYLOADS

CONTRACT_FIXTURES = {
    "participant_joined_valid",
    "drive_intent_set_valid",
    "focus_changed_valid",
    "concurrent_driver_warning_valid",
    "warning_acknowledged_valid",
    "participant_joined_missing_participant_id",
    "focus_changed_missing_focus_target",
}
CONTRACT_STORIES = {
    "3-participant-overlap",
    "step-collision-llm",
    "decision-with-comments",
    "participant-lifecycle",
    "session-linking",
    "unknown-participant-strict",
}
DATA_FILES = [MANIFEST, HOME / "rules.json", *sorted(CASES.glob("*/*.json"))]


@pytest.fixture(scope="module")
def format_validator() -> Draft202012Validator:
    schema = json.loads((HOME / "format.schema.json").read_text())
    meta.validate(schema)
    return Draft202012Validator(schema, validate_formats=True)


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_a_data_file_fits_the_format(path: Path, format_validator: Draft202012Validator) -> None:
    problems = [f"{error.instance_path}: {error.message[:200]}" for error in format_validator.iter_errors(read(path))]

    assert problems == []


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_a_data_file_names_types_of_the_contract(path: Path) -> None:
    assert set(named_types(read(path))) <= PAYLOADS.keys()


def named_types(content: Any) -> Iterator[str]:
    """Find the event types that a file is about; events may be of any other type."""
    if isinstance(content, list):
        for each in content:
            yield from named_types(each)
    elif isinstance(content, dict):
        for name, value in content.items():
            if name == "event_type":
                yield value
            elif name not in ("event", "events", "lines", "body", "request", "input"):
                yield from named_types(value)


@pytest.mark.parametrize(
    "case",
    [
        {"name": "A case " + "x" * 63, "rules": ["R1"]},
        {"name": "The state should be empty", "rules": ["R1"]},
        {"name": "A case without rules", "rules": []},
        {"name": "A case with a member of its own", "rules": ["R1"], "rooster": 1},
        {"name": "A case of two outcomes", "rules": ["R1"], "expect": {"both": {"state": {}}, "strict": {"state": {}}}},
        {"name": "A case of an unknown field", "rules": ["R1"], "expect": {"both": {"state": {"rooster": 1}}}},
    ],
    ids=lambda case: str(case["name"])[:40],
)
def test_the_format_refuses_a_bad_case(case: Object, format_validator: Draft202012Validator) -> None:
    sound: Object = {"name": "A case", "rules": ["R1"], "events": [], "expect": {"both": {"state": {}}}}
    file = {**read(CASES / "scenarios" / "state.json"), "cases": [sound]}

    assert format_validator.is_valid(file)
    assert not format_validator.is_valid({**file, "cases": [{**sound, **case}]})


@pytest.mark.parametrize(
    "batch",
    [
        {},
        {"verdicts": ["accepted"], "refusal": {"status": 409, "code": "late-events"}},
        {"verdicts": ["rejected"]},
        {"verdicts": [{"verdict": "rejected"}]},
        {"verdicts": [{"verdict": "accepted", "code": "late-event"}]},
        {"verdicts": [], "anomalies": []},
        {"refusal": {"status": 409, "code": "late-events"}, "same_state_as": 0},
        {"verdicts": [], "rooster": {}},
    ],
    ids=lambda batch: " ".join(batch) or "no outcome",
)
def test_the_format_refuses_a_bad_batch(batch: Object, format_validator: Draft202012Validator) -> None:
    sound: Object = {"events": [], "verdicts": [], "state": {"event_count": 0}}
    file = read(CASES / "admission" / "batches.json")

    def whole(batch: Object) -> Object:
        return {**file, "cases": [{"name": "A case", "rules": ["A17"], "batches": [{"events": [], **batch}]}]}

    assert format_validator.is_valid(whole(sound))
    assert not format_validator.is_valid(whole(batch))


def test_every_case_has_a_title_of_its_own() -> None:
    titles = Counter(case.title for case in load_cases())

    assert {title: count for title, count in titles.items() if count > 1} == {}


def test_scenarios_of_one_name_are_one_scenario() -> None:
    files = {(case.name, case.file) for case in load_cases()}

    assert len(files) == len({name for name, _ in files})


def test_the_rules_are_those_of_the_contract() -> None:
    wanted = [f"E{n}" for n in range(1, 20)] + [f"M{n}" for n in range(1, 4)] + [f"I{n}" for n in range(1, 5)]
    wanted += (
        [f"P{n}" for n in range(1, len(PAYLOADS) + 1)]
        + [f"S{n}" for n in range(1, 17)]
        + [f"R{n}" for n in range(1, 6)]
    )
    wanted += [f"R{n}" for n in range(10, 24)] + ["R30", "R31", "R32", "R33", "R40", "C1", "C2", "C3"]
    wanted += [f"L{n}" for n in range(1, 10)] + [f"X{n}" for n in range(1, 6)]
    listed = [str(rule["id"]) for rule in load_rules()]

    assert len(listed) == len(set(listed))
    assert wanted == [rule for rule in listed if not rule.startswith("A")]


def test_every_rule_has_its_cases() -> None:
    assert uncovered(load_rules(), load_cases()) == []


def test_no_case_claims_a_rule_that_does_not_exist() -> None:
    assert set() == unknown_rules(load_rules(), load_cases())


def test_a_rule_without_cases_is_a_gap() -> None:
    strict = Case("A case", ("R1",), "file", (), "strict")

    assert list(gaps({"id": "R9", "says": ""}, [])) == ["R9"]
    assert list(gaps({"id": "R9", "says": "", "unseen": "not over HTTP"}, [])) == []
    assert list(gaps({"id": "R1", "modes": ["strict", "permissive"]}, [strict])) == ["R1 in permissive mode"]


def test_the_generated_files_are_what_the_tables_give() -> None:
    assert generate(check=True) == []


def test_the_manifest_has_the_fixtures_of_the_seed() -> None:
    entries = objects(read(MANIFEST)["fixtures"])

    assert {str(entry["id"]) for entry in entries} >= CONTRACT_FIXTURES


def test_every_fixture_file_is_in_the_manifest() -> None:
    listed = {str(entry["path"]) for entry in objects(read(MANIFEST)["fixtures"])}

    assert listed == {path.relative_to(FIXTURES).as_posix() for path in FIXTURES.glob("collaboration/**/*.json")}


def test_the_stories_of_the_seed_are_told() -> None:
    assert {case.name for case in load_cases() if "C3" in case.rules} == CONTRACT_STORIES


def test_the_kit_knows_the_service_by_http_alone() -> None:
    sources = [path.read_text() for path in HOME.glob("*.py")]

    assert not [source for source in sources if "import app" in source or "from app" in source]


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.py")), ids=lambda path: str(path.relative_to(HOME)))
def test_no_module_imports_the_kit_by_its_name(path: Path) -> None:
    """The wheel holds the kit under another name."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    imported = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    assert "conformance" not in {name.partition(".")[0] for name in imported}
