"""The public Python API (contract §6)."""

import re
from types import ModuleType
from typing import Any

import pytest

import mission_collaboration as api
from mission_collaboration import SpecKittyEventsError
from tests.support import builders as build
from tests.support import naive_events

TYPES = tuple(naive_events.PAYLOADS)
CONSTANTS = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper(): name for name in TYPES}
THE_NAMES = {
    *CONSTANTS,
    "COLLABORATION_EVENT_TYPES",
    *("ParticipantIdentity", "AuthPrincipalBinding", "FocusTarget"),
    *(f"{name}Payload" for name in TYPES),
    *("ReducedCollaborationState", "CollaborationAnomaly", "UnknownParticipantError", "reduce_collaboration_events"),
}
BESIDE_THEM = {
    *("Event", "SpecKittyEventsError", "WarningEntry", "DecisionEntry", "CommentEntry", "validate_event"),
}


def test_the_names_of_the_contract_are_there_and_those_beside_them() -> None:
    assert len(THE_NAMES) == 8 + 2 * len(TYPES)
    assert set(api.__all__) >= THE_NAMES | BESIDE_THEM


def test_all_lists_every_public_name_once_and_nothing_that_is_missing() -> None:
    public = {
        name for name, value in vars(api).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(api.__all__) == public
    assert len(api.__all__) == len(set(api.__all__))


def test_a_star_import_brings_them() -> None:
    names: dict[str, Any] = {}
    exec("from mission_collaboration import *", names)
    assert set(names) >= THE_NAMES | BESIDE_THEM


@pytest.mark.parametrize(("constant", "event_type"), CONSTANTS.items())
def test_a_constant_is_the_type_in_upper_snake_form(constant: str, event_type: str) -> None:
    """Contract §3."""
    assert getattr(api, constant) == event_type


def test_the_set_of_types_is_a_frozenset_of_all() -> None:
    """Contract §3."""
    assert frozenset(TYPES) == api.COLLABORATION_EVENT_TYPES
    assert isinstance(api.COLLABORATION_EVENT_TYPES, frozenset)


def test_the_names_work_together_as_documented() -> None:
    events = [api.Event.model_validate(event) for event in build.history(build.joined("p1"), build.drive("p1"))]
    state = api.reduce_collaboration_events(events, mode="strict", roster=None)
    assert isinstance(state, api.ReducedCollaborationState)
    assert state.active_drivers == {"p1"}
    assert api.validate_event(events[0].payload, api.PARTICIPANT_JOINED).valid


def test_one_except_catches_every_refusal() -> None:
    """R4."""
    event = api.Event.model_validate(build.event(*build.drive("p1")))
    with pytest.raises(SpecKittyEventsError) as caught:
        api.reduce_collaboration_events([event])
    assert isinstance(caught.value, api.UnknownParticipantError)
    assert (caught.value.participant_id, caught.value.event_id, caught.value.event_type) == (
        *("p1", build.ulid(1), "DriveIntentSet"),
    )


def test_an_unknown_participant_error_can_be_made_by_hand() -> None:
    """R4: a caller who folds in another way raises the same."""
    error = api.UnknownParticipantError("p1", build.ulid(1), api.DRIVE_INTENT_SET)
    assert (error.participant_id, error.event_id, error.event_type) == ("p1", build.ulid(1), "DriveIntentSet")
    assert "p1" in str(error)


def test_mode_and_roster_are_given_by_name() -> None:
    """Contract §5."""
    with pytest.raises(TypeError):
        api.reduce_collaboration_events([], "strict")  # type: ignore[call-arg]
