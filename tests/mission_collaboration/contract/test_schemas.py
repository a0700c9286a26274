"""The published JSON Schemas (contract §7)."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from conformance.table import snake
from mission_collaboration.contract.schemas import PUBLISHED_MODELS, generate, schema_document, schema_text
from tests.support import naive_events

NAMES = {
    *("participant_identity", "auth_principal_binding", "focus_target", "event", "reduced_collaboration_state"),
    "participant_external_refs",
    *(f"{snake(event_type)}_payload" for event_type in naive_events.PAYLOADS),
}


def every_schema(document: Any) -> list[dict[str, Any]]:
    """List all objects within a schema that say a type."""
    if isinstance(document, list):
        return [found for item in document for found in every_schema(item)]
    if not isinstance(document, dict):
        return []
    own = [document] if "type" in document and not isinstance(document["type"], dict) else []
    return own + [found for item in document.values() for found in every_schema(item)]


def test_every_identity_and_payload_has_a_schema_and_so_have_envelope_and_state() -> None:
    assert set(PUBLISHED_MODELS) == NAMES
    assert len(NAMES) == 3 + len(naive_events.PAYLOADS) + 3
    assert {path.name for path in generate.FOLDER.glob("*.json")} == {f"{name}.schema.json" for name in NAMES}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_schema_names_its_draft_and_itself_and_is_sound(name: str) -> None:
    schema = json.loads(schema_text(name))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f":{name}")
    assert schema["title"] == PUBLISHED_MODELS[name].__name__
    Draft202012Validator.check_schema(schema)


def test_ids_are_distinct() -> None:
    assert len({json.loads(schema_text(name))["$id"] for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_schema_requires_what_its_model_requires_and_closes_no_door(name: str) -> None:
    """E14: unknown members are legal everywhere."""
    schema = json.loads(schema_text(name))
    fields = PUBLISHED_MODELS[name].model_fields
    assert list(schema["properties"]) == list(fields)
    assert schema.get("required", []) == [field for field, info in fields.items() if info.is_required()]
    assert all(found.get("additionalProperties", True) is not False for found in every_schema(schema))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_member_is_described(name: str) -> None:
    assert all(member.get("description") for member in json.loads(schema_text(name))["properties"].values())


def test_the_patterns_of_texts_are_published() -> None:
    """E1, E5, E8, E12."""
    members = json.loads(schema_text("event"))["properties"]
    for member in ("event_id", "timestamp", "correlation_id", "causation_id", "project_uuid", "schema_version"):
        assert members[member]["pattern"].startswith("^")
        assert members[member]["pattern"].endswith("$")


def test_the_committed_schemas_are_those_of_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the schemas where a test may alter them, and give the path of one."""
    for name in NAMES:
        (folder / f"{name}.schema.json").write_bytes(schema_text(name))
    monkeypatch.setattr(generate, "FOLDER", folder)
    return folder / "focus_target.schema.json"


@pytest.mark.parametrize("change", ["alter", "remove", "new line"])
def test_drift_is_found_and_named_and_left_alone(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied(tmp_path, monkeypatch)
    assert generate.main(["--check"]) == 0
    if change == "remove":
        path.unlink()
    else:
        path.write_text(path.read_text().replace("step", "stop") if change == "alter" else path.read_text() + "\n")
    before = path.read_text() if path.exists() else None
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "differs from its model: focus_target.schema.json\n"
    assert (path.read_text() if path.exists() else None) == before


def test_generating_mends_the_drift_and_writes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copied(tmp_path, monkeypatch)
    path.write_text("{}")
    assert generate.main([]) == 0
    assert capsys.readouterr().out == "written: focus_target.schema.json\n"
    assert path.read_bytes() == schema_text("focus_target")
    assert generate.main([]) == 0
    assert capsys.readouterr().out == ""


def test_the_document_of_a_model_is_its_file() -> None:
    assert all(schema_document(model) == json.loads(schema_text(name)) for name, model in PUBLISHED_MODELS.items())
