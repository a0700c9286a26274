"""The events that the examples are made of: one envelope, one project, one mission."""

from typing import Any, Final

from mission_collaboration.contract import constants as c

EventObject = dict[str, Any]

MISSION: Final = "checkout-redesign"
RUN: Final = "01JQ7Z3M5X9K2V4T6B8C0D1E2F"
FOCUS: Final = {"target_type": "wp", "target_id": "WP03"}
STEP: Final = "write-migration"
ADA: Final = {"participant_id": "p-ada", "participant_type": "human", "display_name": "Ada"}
BEN: Final = {"participant_id": "p-ben", "participant_type": "human", "display_name": "Ben"}
AGENT: Final = {
    "participant_id": "p-agent",
    "participant_type": "llm_context",
    "display_name": "Agent",
    "session_id": "cli-7f3a",
}


def event(clock: int, event_type: str, **payload: Any) -> EventObject:
    """Put a payload into an envelope; the clock also makes the id and the minute."""
    return {
        "event_id": f"01JQ7Z4{clock:019d}",
        "event_type": event_type,
        "aggregate_id": f"mission/{MISSION}",
        "payload": {"mission_id": MISSION, **payload},
        "timestamp": f"2026-03-02T09:{clock:02d}:04.120000+00:00",
        "node_id": "ada-laptop",
        "lamport_clock": clock,
        "project_uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "correlation_id": RUN,
        "build_id": "web-2026.03",
    }


def told(*happenings: tuple[str, dict[str, Any]], first: int = 1) -> list[EventObject]:
    """Put one event after the other, with clocks that count from `first`."""
    return [event(clock, kind, **payload) for clock, (kind, payload) in enumerate(happenings, first)]


def joins(identity: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Let somebody join."""
    return c.PARTICIPANT_JOINED, {"participant_id": identity["participant_id"], "participant_identity": identity}


def by(identity: dict[str, str], event_type: str, **payload: Any) -> tuple[str, dict[str, Any]]:
    """Let somebody do something."""
    return event_type, {"participant_id": identity["participant_id"], **payload}
