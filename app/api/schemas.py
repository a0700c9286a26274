"""The request and response bodies; what is read here is what OpenAPI publishes.

A batch's events are generic: `ReduceRequest[Event]` is published, `ReduceRequest[Any]` is what a body is first
read as, so that each event can be judged by itself.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from app.problems import Absent, ProblemDetails
from mission_collaboration.admission.admit import OnLate
from mission_collaboration.admission.advice import STALE_AFTER_SECONDS, Advisory
from mission_collaboration.admission.mission import MAX_CLOCK_STEP
from mission_collaboration.admission.verdicts import Outcome
from mission_collaboration.contract.envelope import LARGEST_CLOCK
from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.model import NonEmpty
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.explanation.explained_fold import Mode as ExplainMode
from mission_collaboration.explanation.timeline import Effect
from mission_collaboration.explanation.until import Until
from mission_collaboration.reducer.fold import Mode

E = TypeVar("E")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class _Request(_Body):
    model_config = ConfigDict(extra="forbid")


class ReduceRequest(_Request, Generic[E]):
    """Events of one mission, and how to fold them."""

    events: list[E]
    """The events, in any order; duplicates and other event types are legal."""
    mode: Mode = "strict"
    """`strict` refuses the first event that breaks a rule; `permissive` records anomalies and goes on."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who have joined already: participant id → identity."""


class ValidateBatchRequest(_Request, Generic[E]):
    """Events to judge, each by itself; whatever they are."""

    events: list[E]
    """The events; anything at all is judged."""


class ValidateRequest(_Body):
    """One payload to judge. Other members of an event may stand beside the two and are not read."""

    event_type: Annotated[str, Field(json_schema_extra={"enum": list(PAYLOAD_MODELS)})]
    """One of the collaboration event types."""
    payload: Any
    """The payload, any JSON value."""


class Violation(_Body):
    """Something wrong with one event of a batch."""

    layer: Literal["model", "schema", "mapping"]
    """Which judge says so: the model, the JSON Schema, or the canonical mapping (M1-M3)."""
    pointer: str
    """Where in the body as sent."""
    code: str
    """The kind of violation, stable."""
    message: str
    """What was expected."""
    line: int | None = None
    """The line of an NDJSON body, which `pointer` then points into."""


class EventVerdict(_Body):
    """The verdict on one event of a batch."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id as sent, where it is a string."""
    event_type: str | None
    """The event's type as sent, where it is a string."""
    valid: bool
    """True when no judge has anything to say."""
    violations: list[Violation]
    """What is wrong: ten violations at most, and none in detail after the first 1,000 invalid events."""


class BatchVerdict(_Body):
    """The verdicts on a batch, in input order."""

    valid: bool
    """True when every event is valid."""
    total: int
    """How many events there were."""
    invalid: int
    """How many of them are invalid."""
    results: list[EventVerdict]
    """A verdict for every event, or for the invalid ones alone with `?report=invalid`."""


class AdmitRequest(_Request, Generic[E]):
    """The next events of a mission, and where it stood before them."""

    checkpoint: str | None = None
    """The checkpoint of the answer before; null at the mission's start."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who had joined before the start: participant id → identity; not beside a checkpoint."""
    events: list[E]
    """The events, in any order; each has its own verdict, whatever it is."""
    on_late: OnLate = "reject"
    """What to do about events that sort at or before what was folded: `reject` each, or `refuse` the request."""
    max_clock_step: Annotated[int, Field(ge=0, le=LARGEST_CLOCK)] = MAX_CLOCK_STEP
    """How far an event's clock may be ahead of that of the last accepted one, or of 0 at the start."""


class Admitted(_Body):
    """The verdict on one event that was to be admitted."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id, normalised; as sent where the envelope is malformed, null where it is no string."""
    event_type: str | None
    """The event's type, likewise."""
    verdict: Outcome
    """`accepted`, `duplicate` of one accepted lately, `ignored` for its type, or `rejected`."""
    code: str | None = None
    """Why it was rejected: `late-event`, `clock-jump`, or an error's code."""
    detail: str | None = None
    """The same in a sentence; of malformed envelopes, for the first 1,000."""
    pointer: str | None = None
    """Where in the body as sent the cause stands, likewise."""


class AdmitAnswer(_Body):
    """A mission moved on by a batch."""

    state: ReducedCollaborationState
    """The mission with everything accepted so far, byte for byte as strict `/reduce` gives it."""
    checkpoint: str
    """Where to go on: opaque; store it, and send it with the next events."""
    accepted: int
    """How many events were accepted."""
    duplicate: int
    """How many were duplicates."""
    ignored: int
    """How many were of other types."""
    rejected: int
    """How many were rejected; they left no trace."""
    results: list[Admitted]
    """A verdict for every event, in input order."""
    advisories: list[Advisory]
    """Overlaps in the new state that nobody has warned of."""


class AdviseRequest(_Request):
    """A state to look at, and from when."""

    state: ReducedCollaborationState
    """The state, as `/reduce` or `/admit` answered it."""
    as_of: Instant | None = None
    """The instant to measure presence at; without it there is none."""
    stale_after_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = STALE_AFTER_SECONDS
    """After how many seconds without a heartbeat a participant is `stale`."""


class SchemaEntry(_Body):
    """A JSON Schema that can be fetched."""

    name: str
    """The name of its file, without `.schema.json`."""
    title: str
    """The model that it describes."""
    kind: Literal["identity", "payload", "envelope", "state"]
    """What kind of model that is."""
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
    """Always `ok`; what is not ok has another status code."""


class ProblemEntry(_Body):
    """An error code that is explained."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    href: str
    """Where it is explained."""


class ProblemIndex(_Body):
    """Every error code."""

    problems: list[ProblemEntry]
    """The codes, by status."""


class ProblemPage(_Body):
    """What an error code means, and what to do."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    happened: str
    """What the answer says."""
    why: str
    """How it comes about, and why the service refuses rather than guesses."""
    remedy: str
    """What to do now."""
    operations: list[str]
    """The endpoints that answer with it, as method and path; empty where any of them may."""
    example: ProblemDetails | Absent = None
    """An answer with this code; absent for a verdict."""


class Start(_Body):
    """What this service is, and where to go."""

    service: str
    """Its name."""
    version: str
    """The version of the service."""
    contract_version: str
    """The version of the collaboration contract that it speaks."""
    links: dict[str, str]
    """What there is to read → its path."""


class ExplainRequest(_Request, Generic[E]):
    """Events of one mission, to be told what each of them did."""

    events: list[E]
    """The events, in any order; each is explained, whatever it is."""
    mode: ExplainMode | None = "permissive"
    """`permissive` or `strict` as in `/reduce`; `admit` for the rules of `/admit` with all events in one batch."""
    roster: dict[str, ParticipantIdentity] | None = None
    """Participants who have joined already: participant id → identity."""
    mission_id: NonEmpty | None = None
    """The mission; events of any other are told as such. Without it the first event that names one decides."""
    until: Until | None = None
    """The point at which `state`, `blame` and `gone` are taken; without it the end. The timeline is always whole."""


class StateChange(_Body):
    """One operation of a JSON Patch (RFC 6902) over the state."""

    op: Literal["add", "remove", "replace"]
    """What is done."""
    path: str
    """Where, as a JSON Pointer into the state."""
    value: JsonValue | Absent = None
    """What stands there now; absent for `remove`."""


class ExplainedEvent(_Body):
    """One event of the batch: where it stands, what it did, and why it did nothing."""

    index: int
    """The event's index in the batch as sent, from 0."""
    position: int | None
    """Its place in canonical order, from 0; null for copies, other types and malformed envelopes, which have none."""
    event_id: str | None
    """The normalised id; as sent where the envelope is malformed or of another type, null where it is no string."""
    event_type: str | None
    """The event's type, likewise."""
    lamport_clock: int | None
    """The logical clock; null for an unclocked event, and where the envelope was not read."""
    timestamp: Instant | None
    """The producer's time in UTC; null where the envelope was not read."""
    participant_ids: list[str]
    """The payload's `participant_id` or `participant_ids`, as far as they are texts."""
    effect: Effect
    """What the event came to: `changed` the state; `redundant`, for the state was so already; `invited`, which is kept
    and not shown; `anomaly`; `refused`; `pending`, which lacks something that may come from an earlier place;
    `not-reached` behind a refusal; `duplicate`; `ignored` for its type; `other-mission`; `malformed`."""
    code: str | Absent = None
    """Why it was not applied as it stood: the code with which strict mode refuses it."""
    reason: str | Absent = None
    """The same in a sentence."""
    pointer: str | Absent = None
    """Where a malformed envelope is wrong: into the body as sent, for NDJSON into its `line`."""
    line: int | Absent = None
    """The line of an NDJSON body that `pointer` points into."""
    duplicate_of: int | Absent = None
    """The index of the event that this one is a copy of."""
    changes: list[StateChange]
    """The patch from the state before this event to the state after it."""
    superseded_by: list[str] | Absent = None
    """The events that overwrote all that this one had changed, ten at most; absent while any of it stands."""


class ExplainAnswer(_Body):
    """What every event did, and who is to blame."""

    mission_id: str
    """The mission that was folded; empty when no event names one."""
    mode: ExplainMode
    """The rules of the fold."""
    timeline: list[ExplainedEvent]
    """All events: in canonical order, copies behind their first, what has no place in the order last."""
    state: ReducedCollaborationState
    """The state at the point that was asked for, by default the end."""
    blame: dict[str, str]
    """Entry of the state → id of the last event that touched it, as `/active_drivers/p1`, `/warnings/w-1`,
    `/comments/0`. What the roster brought is left out."""
    gone: dict[str, str]
    """Entry that was there and is no longer → id of the last event that removed it."""


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
    """The events, as they arrived; some of them are faulty on purpose."""
