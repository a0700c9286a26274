"""One mission of three participants, and the state that the contract says it ends in."""

from tests.support import builders as build

Json = build.Json

ANN, BOB, BOT = "ann", "bob", "bot"
HEARD_FROM_ANN = "2026-01-02T05:04:05.250+01:30"


def events() -> list[Json]:
    """Return the story in canonical order: event n has the clock n and the n-th ULID."""
    told = build.history(
        build.invited(BOT),
        build.joined(ANN, participant_identity=build.identity(ANN, display_name="Ann")),
        build.joined(BOB),
        build.joined(BOT, participant_identity=build.identity(BOT, participant_type="llm_context", session_id="x")),
        build.drive(ANN),
        build.drive(BOB),
        build.focus(ANN, "t1"),
        build.focus(BOB, "t1"),
        build.focus(BOT, "src/a.py", "file"),
        build.driver_warning("w1", BOB, ANN),
        build.acknowledged(ANN, "w1", "hold"),
        build.acknowledged(BOB, "w1", "reassign"),
        build.acknowledged(ANN, "w1", "continue"),
        build.comment(BOT, "c1", "Who drives?"),
        build.comment(ANN, "c2", "I do", reply_to="c1"),
        build.decision(ANN, referenced_warning_id="w1"),
        build.session_link(BOT, "saas-9"),
        build.started(ANN, "s1"),
        build.started(ANN, "s2"),
        build.started(ANN, "s1"),
        build.completed(ANN, "s1"),
        build.started(BOB, "s3"),
        build.heartbeat(ANN),
        build.heartbeat(BOB),
        build.joined(ANN),
        build.left(BOB),
    )
    told[22]["timestamp"] = HEARD_FROM_ANN
    return told


def noise() -> list[Json]:
    """Make events that change nothing: another type, a newer producer's duplicate, one in lower case."""
    again, lower = events()[4], events()[5]
    return [
        build.event("MissionCreated", {"anything": [1]}, lamport_clock=90),
        again | {"build_id": "b7", "payload": again["payload"] | {"role": "lead"}},
        lower | {"event_id": lower["event_id"].lower(), "correlation_id": lower["correlation_id"].lower()},
    ]


def identity(participant_id: str, kind: str, name: str | None, session: str | None) -> Json:
    return {
        "participant_id": participant_id,
        "participant_type": kind,
        "display_name": name,
        "session_id": session,
        "external_refs": None,
    }


STATE: Json = {
    "mission_id": "m1",
    "participants": {ANN: identity(ANN, "human", "Ann", None), BOT: identity(BOT, "llm_context", None, "x")},
    "departed_participants": {BOB: identity(BOB, "human", None, None)},
    "presence": {ANN: "2026-01-02T03:34:05.250000Z"},
    "active_drivers": [ANN],
    "focus_by_participant": {ANN: build.target("t1"), BOT: build.target("src/a.py", "file")},
    "participants_by_focus": {"file:src/a.py": [BOT], "wp:t1": [ANN]},
    "warnings": [
        {
            "warning_id": "w1",
            "event_id": build.ulid(10),
            "warning_type": "ConcurrentDriverWarning",
            "participant_ids": [BOB, ANN],
            "acknowledgements": {ANN: "continue", BOB: "reassign"},
        }
    ],
    "decisions": [
        {
            "decision_id": "d1",
            "event_id": build.ulid(16),
            "participant_id": ANN,
            "topic": "Topic",
            "chosen_option": "A",
            "referenced_warning_id": "w1",
        }
    ],
    "comments": [
        {
            "comment_id": "c1",
            "event_id": build.ulid(14),
            "participant_id": BOT,
            "content": "Who drives?",
            "reply_to": None,
        },
        {
            "comment_id": "c2",
            "event_id": build.ulid(15),
            "participant_id": ANN,
            "content": "I do",
            "reply_to": "c1",
        },
    ],
    "active_executions": {ANN: ["s2", "s1"]},
    "linked_sessions": {BOT: ["saas-9"]},
    "anomalies": [{"event_id": build.ulid(25), "event_type": "ParticipantJoined", "reason": "Duplicate join"}],
    "event_count": 26,
    "last_processed_event_id": build.ulid(26),
}
"""The 15 fields in their order; of the anomaly's reason only what the contract quotes."""
