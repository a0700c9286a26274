"""The request and response bodies; what is read here is what OpenAPI publishes.

A batch's events are generic: `ReduceRequest[Event]` is published, `ReduceRequest[Any]` is what a body is first
read as, so that each event can be judged by itself.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.problems import Absent, ProblemDetails
from mission_collaboration.admission.admit import Answer
from mission_collaboration.admission.advice import STALE_AFTER_SECONDS, Advisory
from mission_collaboration.admission.batch import MAX_CLOCK_STEP, OnLate
from mission_collaboration.admission.verdicts import Outcome, Standing
from mission_collaboration.contract.envelope import LARGEST_CLOCK, Event
from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.model import NonEmpty
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.state import (
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
)
from mission_collaboration.explanation.explained_fold import Mode as ExplainMode
from mission_collaboration.explanation.timeline import Effect
from mission_collaboration.reducer.fold import Mode

E = TypeVar("E")
SchemaKind = Literal["identity", "payload", "envelope", "state"]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class _Request(_Body):
    model_config = ConfigDict(extra="forbid")


class ValidateBatchRequest(_Request, Generic[E]):
    """Events to judge, each by itself."""

    events: list[E]
    """The events; anything at all is judged."""


class ValidateRequest(_Body):
    """One payload to judge. Other members of an event may stand beside the two and are not read."""

    event_type: Annotated[str, Field(json_schema_extra={"enum": list(PAYLOAD_MODELS)})]
    """One of the collaboration event types."""
    payload: Any = {}
    """The payload, any JSON value; `{}` when absent."""


class AdmitRequest(_Request, Generic[E]):
    """The next events of a mission, and its checkpoint."""

    mission_id: NonEmpty | None = None
    """The mission. It sets the mission of a new checkpoint and must match the mission of an old one."""
    checkpoint: str | None = None
    """The checkpoint of the previous answer; null at the mission's start."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who joined before the first event: participant id → identity. Not together with a checkpoint."""
    events: list[E]
    """The events, in any order. Each item gets a verdict, even one that is not an event."""
    answer: Answer | None = "state"
    """What the answer has of the state: `state` all of it, `changes` a patch to the previous one, `none` nothing."""
    settle: bool | None = False
    """Whether entries that cannot change any more move from the state to `settled`."""
    on_late: OnLate | None = "reject"
    """What to do about events that sort at or before the horizon: `reject` each, or `refuse` the request."""
    max_clock_step: Annotated[int, Field(ge=0, le=LARGEST_CLOCK)] | None = MAX_CLOCK_STEP
    """How far an event's clock may be above the mission's highest clock; null for no limit."""


class Admitted(_Body):
    """The verdict on one event that was to be admitted."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id, normalised; as sent if the envelope is malformed, null if it is not a string."""
    event_type: str | None
    """The event's type, likewise."""
    verdict: Outcome
    """`accepted`, `pending` until a missing event comes, `duplicate`, `ignored` (another type), or `rejected`."""
    stands: Standing | Absent = None
    """For a duplicate: the verdict on the event that the mission already holds."""
    code: str | Absent = None
    """Why it is pending or rejected: `late-event`, `clock-jump`, `too-many-pending`, or an error's code."""
    detail: str | Absent = None
    """The same in a sentence; for malformed events only in the first 1,000."""
    pointer: str | Absent = None
    """The place of the cause in the body that was sent; for malformed events only in the first 1,000."""


class Revised(_Body):
    """An event of an earlier batch whose verdict this batch changed."""

    event_id: str
    """The event."""
    event_type: str
    """Its type."""
    was: Standing
    """The verdict before."""
    verdict: Literal["accepted", "pending", "rejected"]
    """The verdict now; `rejected` is final."""
    code: str | Absent = None
    """Why it is pending or rejected."""
    detail: str | Absent = None
    """The same in a sentence."""


class Horizon(_Body):
    """A place in canonical order: an event that sorts at or before it is late."""

    lamport_clock: int | None
    """Null for an unclocked event."""
    timestamp: Instant
    """The event's time, in UTC."""
    event_id: str
    """The event's id."""


class SettledLink(_Body):
    """A linked session that cannot change any more."""

    event_id: str | None
    """The event that linked it; null for one from a checkpoint of the first release."""
    participant_id: str
    """Who linked it."""
    linked_session_id: str
    """The session that was linked."""


class SettledEntries(_Body):
    """Entries that cannot change any more. They are returned once and are no longer in the state."""

    comments: list[CommentEntry]
    """Comments, in order."""
    decisions: list[DecisionEntry]
    """Decisions, in order."""
    linked_sessions: list[SettledLink]
    """Linked sessions, in order."""
    anomalies: list[CollaborationAnomaly]
    """Anomalies, in order."""


class StateChange(_Body):
    """One operation of a JSON Patch (RFC 6902) over the state."""

    op: Literal["add", "remove", "replace"]
    """The operation."""
    path: str
    """The place, as a JSON Pointer into the state."""
    value: JsonValue | Absent = None
    """What stands there now; absent for `remove`."""


class AdmitAnswer(_Body):
    """A mission after a batch, and a verdict for every event."""

    mission_id: str | None
    """The mission; null until an event names it."""
    state: ReducedCollaborationState | Absent = None
    """The state after all accepted events, without entries that were settled; absent unless `answer` is `state`."""
    changes: list[StateChange] | Absent = None
    """The JSON Patch from the previous state to this one; absent unless `answer` is `changes`."""
    checkpoint: str
    """An opaque text: store it, and send it with the next events."""
    horizon: Horizon | None
    """An event that sorts at or before this place is late; null while every event is in the window."""
    accepted: int
    """How many events were accepted."""
    pending: int
    """How many are pending: they need an event that may still come."""
    duplicate: int
    """How many were duplicates."""
    ignored: int
    """How many were of other types."""
    rejected: int
    """How many were rejected; nothing of them was kept."""
    results: list[Admitted]
    """A verdict for every event, in input order."""
    revised: list[Revised]
    """Events of earlier batches whose verdict changed, in canonical order."""
    settled: SettledEntries | Absent = None
    """Entries that cannot change any more; absent unless `settle` is true."""
    advisories: list[Advisory]
    """Overlaps in the new state that have no warning yet."""


class AnyMissionsReduce(_Request, Generic[E]):
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


class MissionReduced(_Body):
    """A mission's state, or why it was refused."""

    state: ReducedCollaborationState | Absent = None
    """The state that `/reduce` with this `mission_id` gives for the mission's events."""
    problem: ProblemDetails | Absent = None
    """Why they are refused; the other missions are not affected."""


class UnassignedEvent(_Body):
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


class MissionsReduced(_Body):
    """Several missions, each reduced by itself."""

    missions: dict[str, MissionReduced]
    """Mission → its state or its problem, for each mission that has an event in the batch."""
    total: int
    """How many events there were."""
    ignored: int
    """How many were of other types."""
    unassigned: list[UnassignedEvent]
    """The collaboration events that name no mission."""


class MissionToAdmit(_Request):
    """A mission before the batch: its checkpoint or its roster."""

    checkpoint: str | None = None
    """The checkpoint of the previous answer; null for a new mission."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who joined before the first event: participant id → identity. Not together with a checkpoint."""


class AnyMissionsAdmit(_Request, Generic[E]):
    """The next events of several missions, and where each stood; missions are checked one by one later."""

    missions: dict[str, Any]
    """Mission → its checkpoint, for every mission in the batch."""
    events: list[E]
    """The events, in any order; each belongs to the mission that its payload names."""
    answer: Answer | None = "state"
    """What the answer has of each state: `state` all of it, `changes` a patch to the previous one, `none` nothing."""
    settle: bool | None = False
    """Whether entries that cannot change any more move from the states to `settled`."""
    on_late: OnLate | None = "reject"
    """What to do about events that sort at or before a mission's horizon: `reject` each, or `refuse` the mission."""
    max_clock_step: Annotated[int, Field(ge=0, le=LARGEST_CLOCK)] | None = MAX_CLOCK_STEP
    """How far an event's clock may be above the highest clock of its mission; null for no limit."""


class MissionsAdmitRequest(AnyMissionsAdmit[Event | JsonValue]):
    """The next events of several missions, and the checkpoint of each."""

    missions: dict[str, MissionToAdmit | None]
    """Mission → its checkpoint or roster, null for a new mission. Name every mission that the batch has events of."""


class AdmittedOfMission(Admitted):
    """The verdict on one event that was to be admitted to its mission."""

    mission_id: str | Absent = None
    """The mission that its payload names, where it names one."""


class MissionAnswer(_Body):
    """A mission after its new events, or why it was refused and stays unchanged."""

    mission_id: str | Absent = None
    """The mission."""
    state: ReducedCollaborationState | Absent = None
    """The state after all accepted events, without entries that were settled; absent unless `answer` is `state`."""
    changes: list[StateChange] | Absent = None
    """The JSON Patch from the previous state to this one; absent unless `answer` is `changes`."""
    checkpoint: str | Absent = None
    """An opaque text: store it, and send it with the next events."""
    horizon: Horizon | None = None
    """An event that sorts at or before this place is late; null while every event is in the window."""
    accepted: int | Absent = None
    """How many events were accepted."""
    pending: int | Absent = None
    """How many are pending: they need an event that may still come."""
    duplicate: int | Absent = None
    """How many were duplicates."""
    rejected: int | Absent = None
    """How many were rejected; nothing of them was kept."""
    revised: list[Revised] | Absent = None
    """Events of earlier batches whose verdict changed, in canonical order."""
    settled: SettledEntries | Absent = None
    """Entries that cannot change any more; absent unless `settle` is true."""
    advisories: list[Advisory] | Absent = None
    """Overlaps in the new state that have no warning yet."""
    problem: ProblemDetails | Absent = None
    """Why the mission is refused. The other members are absent then."""


class MissionsAdmitAnswer(_Body):
    """Several missions after a batch, each independent of the others."""

    accepted: int
    """How many events were accepted."""
    pending: int
    """How many are pending."""
    duplicate: int
    """How many were duplicates."""
    ignored: int
    """How many were of other types."""
    rejected: int
    """How many were rejected."""
    results: list[AdmittedOfMission]
    """A verdict for every event, in input order."""
    missions: dict[str, MissionAnswer]
    """Mission → its new state and checkpoint, for each named mission that has an event in the batch."""


class AdviseRequest(_Request):
    """A state, and the instant to measure presence at."""

    state: ReducedCollaborationState
    """The state, as `/reduce` or `/admit` answered it."""
    as_of: Instant | None = None
    """The instant to measure presence at. Without it `presence` is empty."""
    stale_after_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = STALE_AFTER_SECONDS
    """After how many seconds without a heartbeat a participant is `stale`."""


class SchemaEntry(_Body):
    """A JSON Schema that can be fetched."""

    name: str
    """The name of its file, without `.schema.json`."""
    title: str
    """The model that it describes."""
    kind: SchemaKind
    """The kind of the model."""
    event_type: str | None
    """The event type whose payload it describes, for payloads."""
    href: str
    """Where to fetch it."""


class SchemaIndex(_Body):
    """Every JSON Schema of the contract."""

    contract_version: str
    """The version of the contract."""
    schemas: list[SchemaEntry]
    """The schemas, in the contract's order."""


class Health(_Body):
    """The service answers."""

    status: Literal["ok"]
    """Always `ok`; another condition has another HTTP status."""


class ProblemEntry(_Body):
    """An error code that is explained."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    group: str
    """The name of its group in `groups`."""
    href: str
    """Where it is explained."""


class ProblemGroup(_Body):
    """A group of error codes: what the caller was doing."""

    name: str
    """Its name, as in `group`."""
    title: str
    """The same in words."""
    about: str
    """What its errors have in common."""


class ProblemIndex(_Body):
    """Every error code."""

    problems: list[ProblemEntry]
    """The codes, by status."""
    groups: list[ProblemGroup]
    """The groups of codes."""


class ProblemPlace(_Body):
    """Where an error code comes up."""

    operation: str
    """The endpoint, as method and path."""
    form: str
    """The form that it has there: a problem, an anomaly in the state, or a verdict on one event."""


class ProblemSituation(_Body):
    """What to do in one situation."""

    when: str
    """How to recognise the situation."""
    then: str
    """What to do in it."""


class ProblemPage(_Body):
    """What an error code means, and what to do."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    group: str
    """The name of its group in the list of problems."""
    happened: str
    """What the answer says."""
    why: str
    """The usual cause, and why the service refuses."""
    remedy: str
    """What to do now."""
    situations: list[ProblemSituation]
    """The same by situation; empty where there is only one."""
    operations: list[str]
    """The endpoints that answer with it, as method and path; empty if every endpoint can."""
    places: list[ProblemPlace]
    """The same endpoints, with the form that the code has there."""
    example: ProblemDetails | Absent = None
    """An answer with this code; absent for a verdict."""
    explain: str | Absent = None
    """Where to see what each event of the same batch did; absent for codes that are not about an event."""


class Start(_Body):
    """What this service is, and where to go."""

    service: str
    """Its name."""
    version: str
    """The version of the service."""
    contract_version: str
    """The version of the collaboration contract that it speaks."""
    links: dict[str, str]
    """Name of a page → its path."""


class ExplainedEvent(_Body):
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


class ExplainAnswer(_Body):
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


class StoryEntry(_Body):
    """An example batch that can be fetched."""

    name: str
    """Its name in the path."""
    title: str
    """What it is about, in a few words."""
    about: str
    """What happens in it."""
    events: int
    """How many events it has."""
    href: str
    """Where to fetch it."""


class StoryIndex(_Body):
    """Every example batch."""

    stories: list[StoryEntry]
    """The stories."""


class StoryBatch(_Body):
    """The events of a story, ready to be posted."""

    events: list[dict[str, JsonValue]]
    """The events in the order in which they arrived. Some are faulty on purpose."""
