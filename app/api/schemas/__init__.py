"""The request and response bodies; what is read here is what OpenAPI publishes.

Here are those of payloads that are judged, of batches that are folded or explained, and of states that are looked at.
The live loop and the guide have modules of their own; requests that the command line reads, too, are the library's.

A batch's events are generic: `ReduceRequest[Event]` is published, `ReduceRequest[Any]` is what a body is first
read as, so that each event can be judged by itself.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.problems import Absent, ProblemDetails
from mission_collaboration.admission.advice import STALE_AFTER_SECONDS
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.explanation.explained_fold import ExplainMode
from mission_collaboration.explanation.timeline import Effect
from mission_collaboration.reducer.fold import Mode

E = TypeVar("E")


class BodyModel(BaseModel):
    """What every body has in common: it is read strictly, and its members are documented where they stand."""

    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class RequestModel(BodyModel):
    """A request, whose members are all known."""

    model_config = ConfigDict(extra="forbid")


class ValidateRequest(BodyModel):
    """One payload to judge. Other members of an event may stand beside the two and are not read."""

    event_type: Annotated[str, Field(json_schema_extra={"enum": list(PAYLOAD_MODELS)})]
    """One of the collaboration event types."""
    payload: Any = {}
    """The payload, any JSON value; `{}` when absent."""


class AnyMissionsReduce(RequestModel, Generic[E]):
    """Events of several missions, and how to fold them; rosters are checked entry by entry later."""

    events: list[E]
    """The events, in any order; each belongs to the mission that its payload names."""
    mode: Mode | None = "strict"
    """`strict` refuses a mission for its first event that breaks a rule; `permissive` records anomalies."""
    rosters: dict[str, Any] | None = None
    """Participants who have joined already: mission → participant id → identity."""


class MissionsReduceRequest(AnyMissionsReduce[Event]):
    """Events of several missions, and how to fold them."""

    rosters: dict[str, dict[str, ParticipantIdentity]] | None = None
    """Participants who have joined already: mission → participant id → identity."""


class MissionReduced(BodyModel):
    """A mission's state, or why it was refused."""

    state: ReducedCollaborationState | Absent = None
    """The state that `/reduce` with this `mission_id` gives for the mission's events."""
    problem: ProblemDetails | Absent = None
    """Why they are refused; the other missions are not affected."""


class UnassignedEvent(BodyModel):
    """A collaboration event that names no mission."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id; as sent if the envelope is malformed, null if it is not a string."""
    event_type: str | None
    """The event's type, likewise."""
    code: Literal["invalid-request", "malformed-payload"]
    """What is wrong: the envelope, or the payload."""
    detail: str | None
    """The same in a sentence; null after the first 1,000."""
    pointer: str | None
    """The place in the body, or in the `line`; null after the first 1,000."""
    line: int | Absent = None
    """The line of an NDJSON body."""


class MissionsReduced(BodyModel):
    """Several missions, each reduced by itself."""

    missions: dict[str, MissionReduced]
    """Mission → its state or its problem, for each mission that has an event in the batch."""
    total: int
    """How many events there were."""
    ignored: int
    """How many were of other types."""
    unassigned: list[UnassignedEvent]
    """The collaboration events that name no mission."""


class StateChange(BodyModel):
    """One operation of a JSON Patch (RFC 6902) over the state."""

    op: Literal["add", "remove", "replace"]
    """The operation."""
    path: str
    """The place, as a JSON Pointer into the state."""
    value: JsonValue | Absent = None
    """What stands there now; absent for `remove`."""


class ExplainedEvent(BodyModel):
    """One event of the batch: its place, what it did, and why it did nothing."""

    index: int
    """The event's index in the batch as sent, from 0."""
    position: int | None
    """The place in canonical order, from 0. Null for copies, other types and malformed envelopes."""
    event_id: str | None
    """The normalised id; as sent if the envelope is malformed or of another type, null if it is not a string."""
    event_type: str | None
    """The event's type, likewise."""
    lamport_clock: int | None
    """The logical clock; null for an unclocked event, and if the envelope was not read."""
    timestamp: Instant | None
    """The producer's time in UTC; null if the envelope was not read."""
    participant_ids: list[str]
    """The payload's `participant_id` or `participant_ids`; without items that are not texts."""
    effect: Effect
    """The effect of the event. `changed`: the state changed. `redundant`: the state already was as the event says.
    `invited`: an invitation, which the state does not show. `anomaly`: an anomaly was recorded. `refused`: not applied.
    `pending`: it needs an earlier event that may still come. `not-reached`: it comes after a refusal.
    `duplicate`: a copy. `ignored`: another type. `other-mission`: of another mission. `malformed`: no valid event."""
    changes: list[StateChange]
    """The patch from the state before this event to the state after it."""
    code: str | Absent = None
    """Why it was not applied: the code that strict mode refuses it with."""
    reason: str | Absent = None
    """The same in a sentence."""
    pointer: str | Absent = None
    """The error in a malformed envelope, as a pointer into the body; for NDJSON into the `line`."""
    line: int | Absent = None
    """The line of an NDJSON body that `pointer` points into."""
    duplicate_of: int | Absent = None
    """The index of the event that this one is a copy of."""
    superseded_by: list[str] | Absent = None
    """The events that overwrote every change of this one, ten at most. Absent if a change is still in the state."""


class ExplainAnswer(BodyModel):
    """What every event did, and which event is behind each entry of the state."""

    mission_id: str
    """The mission that was folded; empty when no event names one."""
    mode: ExplainMode
    """The rules of the fold."""
    timeline: list[ExplainedEvent]
    """All events in canonical order. A copy follows its original. Events without a place in the order come last."""
    state: ReducedCollaborationState
    """The state at the point `until`, by default at the end."""
    blame: dict[str, str]
    """Entry of the state → id of the last event that touched it, such as `/active_drivers/p1`, `/warnings/w-1` or
    `/comments/0`. Entries that came with the roster are left out."""
    gone: dict[str, str]
    """Entry that an event removed → id of the last event that removed it."""


class AdviseRequest(RequestModel):
    """A state, and the instant to measure presence at."""

    state: ReducedCollaborationState
    """The state, as `/reduce` or `/admit` answered it."""
    as_of: Instant | None = None
    """The instant to measure presence at. Without it `presence` is empty."""
    stale_after_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = STALE_AFTER_SECONDS
    """After how many seconds without a heartbeat a participant is `stale`."""
