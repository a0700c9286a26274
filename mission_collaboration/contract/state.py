"""What a mission's events come to (contract §4), and how that changes."""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import FailFast, WrapSerializer

from mission_collaboration.contract.formats import Instant
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.model import FROM_ARRAY, ContractModel, StringSet
from mission_collaboration.contract.payloads import Acknowledgement

T = TypeVar("T")
ByKey = Annotated[dict[str, T], FailFast(), WrapSerializer(lambda value, write: write(dict(sorted(value.items()))))]
"""An object whose keys are written in code point order (S16).

As in a `Series`, its first wrong entry ends the reading, since each would make an error.
"""
Series = Annotated[tuple[T, ...], FailFast(), FROM_ARRAY]
"""An array in a meaningful order."""
Ids = Annotated[list[str], FailFast()]
"""Ids in order, repeats kept."""


class CollaborationAnomaly(ContractModel):
    """An event that broke a rule, after which the reducer continued."""

    event_id: str
    """The event's id, normalised."""
    event_type: str
    """The event's type."""
    reason: str
    """What was wrong with it, in a sentence that names the participant, warning or step."""


class WarningEntry(ContractModel):
    """A warning and what the participants answered."""

    warning_id: str
    """The warning's id."""
    event_id: str
    """The event that last wrote this entry."""
    warning_type: str
    """The type of that event; `UnknownWarning` while there are only acknowledgements of it (R19)."""
    participant_ids: Series[str]
    """The participants that the warning is about, as sent."""
    acknowledgements: ByKey[Acknowledgement] = {}
    """Participant id → what they last answered."""


class DecisionEntry(ContractModel):
    """A decision as it was captured."""

    decision_id: str
    """The decision's own id."""
    event_id: str
    """The event that captured it."""
    participant_id: str
    """Who captured it."""
    topic: str
    """What was decided about."""
    chosen_option: str
    """What was chosen."""
    referenced_warning_id: str | None = None
    """The warning that led to it, if there was one."""


class CommentEntry(ContractModel):
    """A comment as it was posted."""

    comment_id: str
    """The comment's own id."""
    event_id: str
    """The event that posted it."""
    participant_id: str
    """Who posted it."""
    content: str
    """What was said."""
    reply_to: str | None = None
    """The comment that it answers, if it answers one."""


class ReducedCollaborationState(ContractModel):
    """A mission as its events leave it. The same set of events gives the same bytes, always.

    It can be made with `mission_id` alone: every other field is empty then. What is written has all 15.
    """

    mission_id: str
    """The mission of the first event in canonical order with a valid payload; empty if there is none (S1)."""
    participants: ByKey[ParticipantIdentity] = {}
    """The active roster: participant id → identity (S2)."""
    departed_participants: ByKey[ParticipantIdentity] = {}
    """Those who left and did not come back: participant id → identity (S3)."""
    presence: ByKey[Instant] = {}
    """Participant id → timestamp of the last heartbeat in canonical order (S4)."""
    active_drivers: StringSet = frozenset()
    """The participants who mean to drive (S5)."""
    focus_by_participant: ByKey[FocusTarget] = {}
    """Participant id → what they look at (S6)."""
    participants_by_focus: ByKey[StringSet] = {}
    """`type:id` of a target → who looks at it; a target without watchers is absent (S7)."""
    warnings: Series[WarningEntry] = ()
    """Warnings in the order in which their ids first appeared (S8)."""
    decisions: Series[DecisionEntry] = ()
    """Decisions in order; a repeated decision id has two entries (S9)."""
    comments: Series[CommentEntry] = ()
    """Comments in order; a repeated comment id has two entries (S10)."""
    active_executions: ByKey[Ids] = {}
    """Participant id → open step ids, in start order; a step that was started twice is listed twice (S11)."""
    linked_sessions: ByKey[Ids] = {}
    """Participant id → linked session ids, in order, repeats kept (S12)."""
    anomalies: Series[CollaborationAnomaly] = ()
    """Events that broke a rule, with the reason, in order (S13)."""
    event_count: int = 0
    """How many unique collaboration events there were, applied or not (S14)."""
    last_processed_event_id: str | None = None
    """The last of them in canonical order; null when there was none (S15)."""


Op = Literal["add", "remove", "replace"]


class Change(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One operation of a JSON Patch (RFC 6902) over the state as JSON."""

    op: Op
    """What is done."""
    path: str
    """Where, as a JSON Pointer into the state."""
    value: Any = msgspec.UNSET
    """What stands there now; absent for `remove`."""
