"""What each event type does to the accumulator: one small function a type, and one table.

A handler checks before it changes anything, so that an event which strict mode refuses leaves no trace. What all
handlers check first, mission and membership, is written once: in `of_this_mission` and `by_member` (R5).
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from mission_collaboration.contract import constants as c
from mission_collaboration.contract import payloads as p
from mission_collaboration.contract.errors import UnknownParticipantError, UnknownWarningError, UnmatchedCompletionError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator, CommentRecord, DecisionRecord, WarningRecord

AnyPayload = TypeVar("AnyPayload", bound=p.Payload)
AnyActorPayload = TypeVar("AnyActorPayload", bound=p.ActorPayload)
Handler = Callable[[Accumulator, FoldEvent, Any], None]
"""What the fold does with an event whose payload is well-formed."""


def of_this_mission(handle: Callable[[Accumulator, FoldEvent, AnyPayload], None]) -> Handler:
    """Let a handler see the events of this mission alone (R32)."""

    @wraps(handle)
    def handle_ours(accumulator: Accumulator, event: FoldEvent, payload: AnyPayload) -> None:
        if payload.mission_id == accumulator.mission_id:
            handle(accumulator, event, payload)
        else:
            accumulator.reject(event, payload)

    return handle_ours


def by_member(handle: Callable[[Accumulator, FoldEvent, AnyActorPayload], None]) -> Handler:
    """Let a handler see the events of this mission alone, by participants on the roster (R32, R10, R11)."""

    @wraps(handle)
    def handle_member(accumulator: Accumulator, event: FoldEvent, payload: AnyActorPayload) -> None:
        if payload.mission_id == accumulator.mission_id and payload.participant_id in accumulator.participants:
            handle(accumulator, event, payload)
        else:
            accumulator.reject(event, payload)

    return handle_member


@of_this_mission
def participant_invited(accumulator: Accumulator, event: FoldEvent, payload: p.ParticipantInvitedPayload) -> None:
    """Open an invitation; it never activates (R16)."""
    invited = payload.participant_id
    if invited in accumulator.participants:
        accumulator.note(event, f"Invitation of '{invited}', who is an active participant")
    elif invited in accumulator.invited:
        accumulator.note(event, f"Repeated invitation of '{invited}', whose invitation is still open")
    else:
        accumulator.invited.add(invited)


@of_this_mission
def participant_joined(accumulator: Accumulator, event: FoldEvent, payload: p.ParticipantJoinedPayload) -> None:
    """Put someone on the active roster (R14, R15); joining consumes the invitation (R16)."""
    joining = payload.participant_id
    if joining in accumulator.participants:
        accumulator.note(event, f"Duplicate join of '{joining}', who is an active participant")
        return
    accumulator.participants[joining] = payload.participant_identity
    accumulator.departed.pop(joining, None)
    accumulator.invited.discard(joining)


@of_this_mission
def participant_left(accumulator: Accumulator, event: FoldEvent, payload: p.ParticipantLeftPayload) -> None:
    """Take someone off the roster with all they had in hand (R12, R13, R23)."""
    leaving = payload.participant_id
    if leaving in accumulator.participants:
        accumulator.departed[leaving] = accumulator.participants.pop(leaving)
        accumulator.drivers.discard(leaving)
        for account in (accumulator.presence, accumulator.focus, accumulator.executions):
            account.pop(leaving, None)
    elif leaving in accumulator.departed:
        accumulator.note(event, f"Participant '{leaving}' is not in roster: they have left before")
    else:
        reason = f"Participant '{leaving}' is not in roster: they never joined"
        accumulator.refuse(UnknownParticipantError(leaving, event.event_id, event.event_type, reason=reason))


@of_this_mission
def presence_heartbeat(accumulator: Accumulator, event: FoldEvent, payload: p.PresenceHeartbeatPayload) -> None:
    """Remember when a participant was last heard of (S4); the departed are still heard of (R11)."""
    sender = payload.participant_id
    if sender not in accumulator.participants:
        accumulator.reject(event, payload)
    if sender in accumulator.participants or sender in accumulator.departed:
        accumulator.presence[sender] = event.timestamp


@by_member
def drive_intent_set(accumulator: Accumulator, event: FoldEvent, payload: p.DriveIntentSetPayload) -> None:
    """Start or stop driving; saying it twice changes nothing (R21)."""
    if payload.intent == "active":
        accumulator.drivers.add(payload.participant_id)
    else:
        accumulator.drivers.discard(payload.participant_id)


@by_member
def focus_changed(accumulator: Accumulator, event: FoldEvent, payload: p.FocusChangedPayload) -> None:
    """Look at something else (S6)."""
    accumulator.focus[payload.participant_id] = payload.focus_target


@by_member
def step_started(accumulator: Accumulator, event: FoldEvent, payload: p.PromptStepExecutionStartedPayload) -> None:
    """Put a step in flight (S11)."""
    accumulator.running(payload.participant_id).start(payload.step_id)


@by_member
def step_completed(accumulator: Accumulator, event: FoldEvent, payload: p.PromptStepExecutionCompletedPayload) -> None:
    """Take the earliest start of this step by this participant out of flight (R20)."""
    if not accumulator.running(payload.participant_id).complete(payload.step_id):
        accumulator.refuse(
            UnmatchedCompletionError(
                f"No matching PromptStepExecutionStarted of step '{payload.step_id}' "
                f"by participant '{payload.participant_id}'",
                event_id=event.event_id,
                event_type=event.event_type,
                location=("payload", "step_id"),
            )
        )


@of_this_mission
def warning_given(accumulator: Accumulator, event: FoldEvent, payload: p.WarningPayload) -> None:
    """Record a warning, or write the one of that id again (R17, R18)."""
    accumulator.check_named(event, len(payload.participant_ids))
    strangers: dict[str, int] = {}
    for place, participant_id in enumerate(payload.participant_ids):
        if participant_id not in accumulator.participants:
            strangers.setdefault(participant_id, place)
    if strangers and not accumulator.strict:
        accumulator.count_unknown(event, len(strangers))
    for participant_id, place in strangers.items():
        accumulator.refuse_unknown(event, participant_id, ("payload", "participant_ids", place))
    _write_warning(accumulator, payload.warning_id, event, event.event_type, tuple(payload.participant_ids))


@by_member
def warning_acknowledged(accumulator: Accumulator, event: FoldEvent, payload: p.WarningAcknowledgedPayload) -> None:
    """Keep the participant's latest answer to a warning (R19, R22)."""
    warning_id, answering = payload.warning_id, payload.participant_id
    if warning_id not in accumulator.warnings:
        accumulator.refuse(
            UnknownWarningError(
                f"Warning '{warning_id}' not found",
                event_id=event.event_id,
                event_type=event.event_type,
                location=("payload", "warning_id"),
            )
        )
        _write_warning(accumulator, warning_id, event, c.UNKNOWN_WARNING, (answering,))
    accumulator.warnings[warning_id].acknowledgements[answering] = payload.acknowledgement


@by_member
def comment_posted(accumulator: Accumulator, event: FoldEvent, payload: p.CommentPostedPayload) -> None:
    """Append a comment (S10)."""
    accumulator.comments.append(
        CommentRecord(
            comment_id=payload.comment_id,
            event_id=event.event_id,
            participant_id=payload.participant_id,
            content=payload.content,
            reply_to=payload.reply_to,
        )
    )


@by_member
def decision_captured(accumulator: Accumulator, event: FoldEvent, payload: p.DecisionCapturedPayload) -> None:
    """Append a decision (S9)."""
    accumulator.decisions.append(
        DecisionRecord(
            decision_id=payload.decision_id,
            event_id=event.event_id,
            participant_id=payload.participant_id,
            topic=payload.topic,
            chosen_option=payload.chosen_option,
            referenced_warning_id=payload.referenced_warning_id,
        )
    )


@by_member
def session_linked(accumulator: Accumulator, event: FoldEvent, payload: p.SessionLinkedPayload) -> None:
    """Append a linked session (S12)."""
    accumulator.linked_sessions.setdefault(payload.participant_id, []).append(payload.linked_session_id)


def _write_warning(
    accumulator: Accumulator, warning_id: str, event: FoldEvent, warning_type: str, participant_ids: tuple[str, ...]
) -> None:
    """Write a warning, in place where there is one of that id: its acknowledgements stay (R18)."""
    known = accumulator.warnings.get(warning_id)
    accumulator.warnings[warning_id] = WarningRecord(
        warning_id=warning_id,
        event_id=event.event_id,
        warning_type=warning_type,
        participant_ids=participant_ids,
        acknowledgements={} if known is None else known.acknowledgements,
    )


HANDLERS: Final[Mapping[str, Handler]] = {
    c.PARTICIPANT_INVITED: participant_invited,
    c.PARTICIPANT_JOINED: participant_joined,
    c.PARTICIPANT_LEFT: participant_left,
    c.PRESENCE_HEARTBEAT: presence_heartbeat,
    c.DRIVE_INTENT_SET: drive_intent_set,
    c.FOCUS_CHANGED: focus_changed,
    c.PROMPT_STEP_EXECUTION_STARTED: step_started,
    c.PROMPT_STEP_EXECUTION_COMPLETED: step_completed,
    c.CONCURRENT_DRIVER_WARNING: warning_given,
    c.POTENTIAL_STEP_COLLISION_DETECTED: warning_given,
    c.WARNING_ACKNOWLEDGED: warning_acknowledged,
    c.COMMENT_POSTED: comment_posted,
    c.DECISION_CAPTURED: decision_captured,
    c.SESSION_LINKED: session_linked,
}
"""Event type → what the fold does with it; a test holds it against the registry of payloads."""
