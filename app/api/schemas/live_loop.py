"""The live loop: a mission, or several, moved on from checkpoint to checkpoint."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, JsonValue

from app.api.schemas import BodyModel, RequestModel, StateChange
from app.problems import Absent, ProblemDetails
from mission_collaboration.admission.admit import Answer
from mission_collaboration.admission.advice import Advisory
from mission_collaboration.admission.batch import MAX_CLOCK_STEP, OnLate
from mission_collaboration.admission.verdicts import Outcome, Standing
from mission_collaboration.contract.envelope import LARGEST_CLOCK, Event
from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.identity import Participants
from mission_collaboration.contract.model import NonEmpty
from mission_collaboration.contract.state import (
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
)

E = TypeVar("E")


class AdmitRequest(RequestModel, Generic[E]):
    """The next events of a mission, and its checkpoint."""

    mission_id: NonEmpty | None = None
    """The mission. It sets the mission of a new checkpoint and must match the mission of an old one."""
    checkpoint: str | None = None
    """The checkpoint of the previous answer; null at the mission's start."""
    roster: Participants | None = None
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


class Admitted(BodyModel):
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


class Revised(BodyModel):
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


class Horizon(BodyModel):
    """A place in canonical order: an event that sorts at or before it is late."""

    lamport_clock: int | None
    """Null for an unclocked event."""
    timestamp: Instant
    """The event's time, in UTC."""
    event_id: str
    """The event's id."""


class SettledLink(BodyModel):
    """A linked session that cannot change any more."""

    event_id: str | None
    """The event that linked it; null for one from a checkpoint of the first release."""
    participant_id: str
    """Who linked it."""
    linked_session_id: str
    """The session that was linked."""


class SettledEntries(BodyModel):
    """Entries that cannot change any more. They are returned once and are no longer in the state."""

    comments: list[CommentEntry]
    """Comments, in order."""
    decisions: list[DecisionEntry]
    """Decisions, in order."""
    linked_sessions: list[SettledLink]
    """Linked sessions, in order."""
    anomalies: list[CollaborationAnomaly]
    """Anomalies, in order."""


class AdmitAnswer(BodyModel):
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


class MissionToAdmit(RequestModel):
    """A mission before the batch: its checkpoint or its roster."""

    checkpoint: str | None = None
    """The checkpoint of the previous answer; null for a new mission."""
    roster: Participants | None = None
    """Participants who joined before the first event: participant id → identity. Not together with a checkpoint."""


class AnyMission(RequestModel):
    """A mission before the batch, its roster left as it is: that is checked entry by entry."""

    checkpoint: str | None = None
    roster: Any = None


class AnyMissionsAdmit(RequestModel, Generic[E]):
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


class MissionAnswer(BodyModel):
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


class MissionsAdmitAnswer(BodyModel):
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
