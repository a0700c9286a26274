"""Realistic requests for the published document: what a reader finds filled in when they try an endpoint."""

from typing import Any, Final

MISSION: Final = "checkout-redesign"
RUN: Final = "01JQ7Z3M5X9K2V4T6B8C0D1E2F"


def _event(clock: int, event_type: str, **payload: Any) -> dict[str, Any]:
    return {
        "event_id": f"01JQ7Z4{clock:019d}",
        "event_type": event_type,
        "aggregate_id": f"mission/{MISSION}",
        "payload": {"mission_id": MISSION, **payload},
        "timestamp": f"2026-03-02T09:{clock:02d}:00Z",
        "node_id": "cli-anna-laptop",
        "lamport_clock": clock,
        "project_uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "correlation_id": RUN,
    }


def _joins(clock: int, participant_id: str, kind: str, name: str) -> dict[str, Any]:
    identity = {"participant_id": participant_id, "participant_type": kind, "display_name": name}
    return _event(clock, "ParticipantJoined", participant_id=participant_id, participant_identity=identity)


FOCUS: Final = {"target_type": "wp", "target_id": "WP03"}
OVERLAP: Final = [
    _joins(1, "p-anna", "human", "Anna"),
    _joins(2, "p-claude", "llm_context", "Claude"),
    _event(3, "DriveIntentSet", participant_id="p-anna", intent="active"),
    _event(4, "DriveIntentSet", participant_id="p-claude", intent="active"),
    _event(5, "FocusChanged", participant_id="p-anna", focus_target=FOCUS),
    _event(6, "FocusChanged", participant_id="p-claude", focus_target=FOCUS),
    _event(
        7,
        "ConcurrentDriverWarning",
        warning_id="w-1",
        participant_ids=["p-anna", "p-claude"],
        focus_target=FOCUS,
        severity="warning",
    ),
    _event(8, "WarningAcknowledged", participant_id="p-claude", warning_id="w-1", acknowledgement="hold"),
]
STRANGER: Final = _event(9, "CommentPosted", participant_id="p-nobody", comment_id="c-1", content="May I?")

REDUCE: Final = {
    "overlap": {
        "summary": "Two drivers on one work package, a warning and an answer",
        "value": {"events": OVERLAP, "mode": "strict"},
    },
    "stranger": {
        "summary": "A stranger's comment: refused in strict mode",
        "value": {"events": [*OVERLAP, STRANGER], "mode": "strict"},
    },
    "replay": {
        "summary": "The same in permissive mode: an anomaly",
        "value": {"events": [*OVERLAP, STRANGER], "mode": "permissive"},
    },
}
VALIDATE: Final = {
    "valid": {
        "summary": "A payload that fits",
        "value": {"event_type": "DriveIntentSet", "payload": OVERLAP[2]["payload"]},
    },
    "invalid": {
        "summary": "An intent that does not exist",
        "value": {"event_type": "DriveIntentSet", "payload": {**OVERLAP[2]["payload"], "intent": "maybe"}},
    },
}
VALIDATE_BATCH: Final = {
    "mixed": {
        "summary": "One good event and one without its payload",
        "value": {"events": [OVERLAP[0], {k: v for k, v in OVERLAP[1].items() if k != "payload"}]},
    },
}
