"""The peer: what people write in ten minutes with FastAPI and Pydantic, and well enough. No judge of the contract."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Field


class Event(BaseModel):
    """An event with its payload as it came."""

    event_id: str = Field(min_length=26, max_length=36)
    event_type: str = Field(min_length=1)
    aggregate_id: str = Field(min_length=1)
    payload: dict[str, Any]
    timestamp: datetime
    node_id: str = Field(min_length=1)
    lamport_clock: int = Field(default=-1, ge=-1)
    project_uuid: UUID | None
    correlation_id: str
    causation_id: str | None = None
    schema_version: str = "1.0.0"
    build_id: str | None = None
    data_tier: int = Field(default=0, ge=0, le=4)


class Batch(BaseModel):
    """The body."""

    events: list[Event]
    mode: Literal["strict", "permissive"] = "strict"


class State(BaseModel):
    """The answer."""

    mission_id: str = ""
    participants: dict[str, dict[str, Any]] = {}
    departed_participants: dict[str, dict[str, Any]] = {}
    presence: dict[str, datetime] = {}
    active_drivers: set[str] = set()
    focus_by_participant: dict[str, dict[str, Any]] = {}
    warnings: dict[str, dict[str, Any]] = {}
    acknowledgements: dict[str, dict[str, str]] = {}
    decisions: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    active_executions: dict[str, list[str]] = {}
    linked_sessions: dict[str, list[str]] = {}
    event_count: int = 0
    last_processed_event_id: str | None = None


app = FastAPI()


@app.post("/reduce")
async def reduce(batch: Batch) -> State:
    """Sort, drop duplicates, fold; go on where an event makes no sense."""
    state = State()
    unique = {event.event_id: event for event in batch.events}
    for event in sorted(unique.values(), key=lambda event: (event.lamport_clock, event.timestamp, event.event_id)):
        with suppress(KeyError, ValueError):
            apply(state, event, event.payload)
            state.mission_id = event.payload["mission_id"]
        state.event_count += 1
        state.last_processed_event_id = event.event_id
    return state


def apply(state: State, event: Event, payload: dict[str, Any]) -> None:  # noqa: C901 # as people write it
    """Fold one event."""
    who = payload.get("participant_id", "")
    match event.event_type:
        case "ParticipantJoined":
            state.participants[who] = payload["participant_identity"]
            state.departed_participants.pop(who, None)
        case "ParticipantLeft":
            state.departed_participants[who] = state.participants.pop(who)
            state.active_drivers.discard(who)
            for held in (state.presence, state.focus_by_participant, state.active_executions):
                held.pop(who, None)
        case "PresenceHeartbeat":
            state.presence[who] = event.timestamp
        case "DriveIntentSet":
            (state.active_drivers.add if payload["intent"] == "active" else state.active_drivers.discard)(who)
        case "FocusChanged":
            state.focus_by_participant[who] = payload["focus_target"]
        case "PromptStepExecutionStarted":
            state.active_executions.setdefault(who, []).append(payload["step_id"])
        case "PromptStepExecutionCompleted":
            state.active_executions[who].remove(payload["step_id"])
        case "ConcurrentDriverWarning" | "PotentialStepCollisionDetected":
            state.warnings[payload["warning_id"]] = payload
        case "WarningAcknowledged":
            state.acknowledgements.setdefault(payload["warning_id"], {})[who] = payload["acknowledgement"]
        case "CommentPosted":
            state.comments.append(payload)
        case "DecisionCaptured":
            state.decisions.append(payload)
        case "SessionLinked":
            state.linked_sessions.setdefault(who, []).append(payload["linked_session_id"])
