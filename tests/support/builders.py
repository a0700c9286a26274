"""Events and payloads for hand-written tests: short to write, the same in every run."""

from typing import Any

Json = dict[str, Any]

MISSION = "m1"
PROJECT = "3f2b8c1e-9d47-4a60-8e15-7c0d2a9b4f61"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NEED_NO_MEMBER = frozenset(
    {
        *("ParticipantInvited", "ParticipantJoined", "ParticipantLeft"),
        *("ConcurrentDriverWarning", "PotentialStepCollisionDetected"),
    }
)
"""The types that have no acting participant, or whose participant comes or goes (R10)."""
EMPTY_STATE: Json = {
    "mission_id": "",
    "participants": {},
    "departed_participants": {},
    "presence": {},
    "active_drivers": [],
    "focus_by_participant": {},
    "participants_by_focus": {},
    "warnings": [],
    "decisions": [],
    "comments": [],
    "active_executions": {},
    "linked_sessions": {},
    "anomalies": [],
    "event_count": 0,
    "last_processed_event_id": None,
}
"""The state of no events (S1 to S15), its fields in their order."""


def ulid(n: int) -> str:
    """Make the n-th ULID; their order is that of their numbers."""
    digits = ""
    for _ in range(23):
        n, digit = divmod(n, 32)
        digits = CROCKFORD[digit] + digits
    return "01J" + digits


def uuid_text(n: int) -> str:
    """Make the n-th UUID; their order is that of their numbers, and before every ULID."""
    return f"00c0ffee-0000-7000-8000-{n:012x}"


def event(event_type: str, payload: Any, **envelope: Any) -> Json:
    """Build an event; its id follows its clock, so events of different clocks have different ids."""
    clock = envelope.get("lamport_clock", 1)
    mission_id = payload.get("mission_id", MISSION) if isinstance(payload, dict) else MISSION
    return {
        "event_id": ulid(clock if isinstance(clock, int) else 1),
        "event_type": event_type,
        "aggregate_id": f"mission/{mission_id}",
        "payload": payload,
        "timestamp": "2026-01-02T03:04:05Z",
        "node_id": "node-1",
        "lamport_clock": clock,
        "project_uuid": PROJECT,
        "correlation_id": ulid(0),
        **envelope,
    }


def history(*events: tuple[str, Json]) -> list[Json]:
    """Build events from pairs of type and payload, with the clocks 1, 2, 3 …"""
    return [
        event(event_type, payload, lamport_clock=clock) for clock, (event_type, payload) in enumerate(events, start=1)
    ]


def identity(participant_id: str, **fields: Any) -> Json:
    return {"participant_id": participant_id, "participant_type": "human", **fields}


def whole_identity(participant_id: str) -> Json:
    """Make an identity as it is read: what was not sent is null."""
    return identity(participant_id) | {"display_name": None, "session_id": None, "external_refs": None}


def target(target_id: str, target_type: str = "wp") -> Json:
    return {"target_type": target_type, "target_id": target_id}


def by(participant_id: str, **fields: Any) -> Json:
    """Build the payload of a single-actor event."""
    return {"mission_id": MISSION, "participant_id": participant_id, **fields}


def invited(who: str, **fields: Any) -> tuple[str, Json]:
    return "ParticipantInvited", by(who, participant_identity=identity(who), invited_by="host") | fields


def joined(who: str, **fields: Any) -> tuple[str, Json]:
    return "ParticipantJoined", by(who, participant_identity=identity(who)) | fields


def left(who: str, **fields: Any) -> tuple[str, Json]:
    return "ParticipantLeft", by(who, **fields)


def heartbeat(who: str, **fields: Any) -> tuple[str, Json]:
    return "PresenceHeartbeat", by(who, **fields)


def drive(who: str, intent: str = "active", **fields: Any) -> tuple[str, Json]:
    return "DriveIntentSet", by(who, intent=intent, **fields)


def focus(who: str, on: str, target_type: str = "wp", **fields: Any) -> tuple[str, Json]:
    return "FocusChanged", by(who, focus_target=target(on, target_type), **fields)


def started(who: str, step: str, **fields: Any) -> tuple[str, Json]:
    return "PromptStepExecutionStarted", by(who, step_id=step, **fields)


def completed(who: str, step: str, **fields: Any) -> tuple[str, Json]:
    return "PromptStepExecutionCompleted", by(who, step_id=step, outcome="success") | fields


def driver_warning(warning_id: str, *who: str, **fields: Any) -> tuple[str, Json]:
    payload = {
        "mission_id": MISSION,
        "warning_id": warning_id,
        "participant_ids": list(who),
        "focus_target": target("t1"),
        "severity": "warning",
    }
    return "ConcurrentDriverWarning", payload | fields


def collision(warning_id: str, *who: str, **fields: Any) -> tuple[str, Json]:
    payload = {
        "mission_id": MISSION,
        "warning_id": warning_id,
        "participant_ids": list(who),
        "step_id": "s1",
        "severity": "info",
    }
    return "PotentialStepCollisionDetected", payload | fields


def acknowledged(who: str, warning_id: str, action: str = "continue", **fields: Any) -> tuple[str, Json]:
    return "WarningAcknowledged", by(who, warning_id=warning_id, acknowledgement=action, **fields)


def comment(who: str, comment_id: str = "c1", content: str = "Hello", **fields: Any) -> tuple[str, Json]:
    return "CommentPosted", by(who, comment_id=comment_id, content=content, **fields)


def decision(who: str, decision_id: str = "d1", **fields: Any) -> tuple[str, Json]:
    return "DecisionCaptured", by(who, decision_id=decision_id, topic="Topic", chosen_option="A") | fields


def session_link(who: str, linked: str, **fields: Any) -> tuple[str, Json]:
    payload = by(who, primary_session_id="cli-1", linked_session_id=linked, link_type="cli_to_saas")
    return "SessionLinked", payload | fields
