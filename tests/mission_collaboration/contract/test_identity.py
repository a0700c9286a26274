"""Who takes part and what they look at (I1, I2, I3)."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mission_collaboration import AuthPrincipalBinding, FocusTarget, ParticipantIdentity
from mission_collaboration.contract.schemas import schema_document

MODELS: dict[type[BaseModel], dict[str, Any]] = {
    ParticipantIdentity: {"participant_id": "p1", "participant_type": "human"},
    AuthPrincipalBinding: {"auth_principal_id": "a1", "participant_id": "p1", "bound_at": "2026-01-02T03:04:05Z"},
    FocusTarget: {"target_type": "wp", "target_id": "t1"},
}
REQUIRED_MEMBERS = [(model, member) for model, plain in MODELS.items() for member in plain]


def refused_member(model: type[BaseModel], raw: Any) -> tuple[Any, ...]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(raw)
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(raw))
    (violation,) = caught.value.errors()
    return violation["loc"]


@pytest.mark.parametrize(("model", "member"), REQUIRED_MEMBERS)
@pytest.mark.parametrize("value", [..., None, "", 7, True, [], {}, "Human", " wp"])
def test_a_required_member_is_refused_when_missing_or_wrong(model: type[BaseModel], member: str, value: Any) -> None:
    """I1, I2, I3."""
    raw = {**MODELS[model], member: value}
    if value is ...:
        del raw[member]
    elif isinstance(value, str) and value and member.endswith("_id"):
        assert getattr(model.model_validate(raw), member) == value  # any text of a character or more is an id
        return
    assert refused_member(model, raw) == (member,)


@pytest.mark.parametrize(
    ("model", "member", "kinds"),
    [
        (ParticipantIdentity, "participant_type", ["human", "llm_context"]),  # I1
        (FocusTarget, "target_type", ["wp", "step", "file"]),  # I3
    ],
)
def test_there_are_no_other_kinds(model: type[BaseModel], member: str, kinds: list[str]) -> None:
    assert schema_document(model)["properties"][member]["enum"] == kinds


@pytest.mark.parametrize("kind", ["human", "llm_context"])
def test_a_participant_is_a_person_or_a_session(kind: str) -> None:
    """I1."""
    read = ParticipantIdentity.model_validate({"participant_id": "p1", "participant_type": kind})
    assert (read.participant_type, read.display_name, read.session_id) == (kind, None, None)


@pytest.mark.parametrize("member", ["display_name", "session_id"])
def test_name_and_session_of_a_participant_are_optional_text(member: str) -> None:
    """I1."""
    plain = MODELS[ParticipantIdentity]
    assert ParticipantIdentity.model_validate({**plain, member: None}) == ParticipantIdentity.model_validate(plain)
    assert getattr(ParticipantIdentity.model_validate({**plain, member: ""}), member) == ""
    assert refused_member(ParticipantIdentity, {**plain, member: 7}) == (member,)


def test_a_binding_is_made_at_an_instant() -> None:
    """I2, E5."""
    binding = AuthPrincipalBinding.model_validate(
        {**MODELS[AuthPrincipalBinding], "bound_at": "2026-01-02T03:04:05.5+01:00"}
    )
    assert json.loads(binding.model_dump_json())["bound_at"] == "2026-01-02T02:04:05.500000Z"


@pytest.mark.parametrize("kind", ["wp", "step", "file"])
def test_a_focus_target_is_a_work_package_a_step_or_a_file(kind: str) -> None:
    """I3."""
    assert FocusTarget.model_validate({"target_type": kind, "target_id": "a:b"}).target_type == kind


def test_equal_focus_targets_have_equal_hashes() -> None:
    """I3."""
    first, same = (FocusTarget(target_type="wp", target_id="t1") for _ in range(2))
    assert len({first, same, FocusTarget(target_type="step", target_id="t1")}) == 2


@pytest.mark.parametrize("model", MODELS)
def test_identity_models_are_frozen_ignore_strangers_and_survive_a_round_trip(model: type[BaseModel]) -> None:
    """E14, E15, E17."""
    read = model.model_validate({**MODELS[model], "zz_future": 1})
    assert read == model.model_validate(MODELS[model])
    assert model.model_validate_json(read.model_dump_json()) == read
    assert model.model_validate(json.loads(read.model_dump_json())) == read
    with pytest.raises(ValidationError, match="frozen"):
        setattr(read, next(iter(MODELS[model])), "other")
