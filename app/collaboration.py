"""The public Python API: the contract's 36 names and their companions (contract §6).

from app.collaboration import Event, reduce_collaboration_events

state = reduce_collaboration_events(events, mode="strict")
"""

from app.admission.admit import Admission, admit
from app.admission.advice import Advice, Advisory, Presence, advise
from app.admission.refusals import BadCheckpointError, LargeCheckpointError, LateEventsError
from app.admission.verdicts import Verdict
from app.contract.constants import (
    COLLABORATION_EVENT_TYPES,
    COMMENT_POSTED,
    CONCURRENT_DRIVER_WARNING,
    DECISION_CAPTURED,
    DRIVE_INTENT_SET,
    FOCUS_CHANGED,
    PARTICIPANT_INVITED,
    PARTICIPANT_JOINED,
    PARTICIPANT_LEFT,
    POTENTIAL_STEP_COLLISION_DETECTED,
    PRESENCE_HEARTBEAT,
    PROMPT_STEP_EXECUTION_COMPLETED,
    PROMPT_STEP_EXECUTION_STARTED,
    SESSION_LINKED,
    WARNING_ACKNOWLEDGED,
)
from app.contract.envelope import Event
from app.contract.errors import (
    ConflictingDuplicateError,
    DepartedParticipantError,
    EventRefusedError,
    MalformedPayloadError,
    MissionMismatchError,
    OutOfOrderError,
    SpecKittyEventsError,
    UnknownEventTypeError,
    UnknownParticipantError,
    UnknownWarningError,
    UnmatchedCompletionError,
)
from app.contract.identity import AuthPrincipalBinding, FocusTarget, ParticipantIdentity
from app.contract.payloads import (
    CommentPostedPayload,
    ConcurrentDriverWarningPayload,
    DecisionCapturedPayload,
    DriveIntentSetPayload,
    FocusChangedPayload,
    ParticipantInvitedPayload,
    ParticipantJoinedPayload,
    ParticipantLeftPayload,
    PotentialStepCollisionDetectedPayload,
    PresenceHeartbeatPayload,
    PromptStepExecutionCompletedPayload,
    PromptStepExecutionStartedPayload,
    SessionLinkedPayload,
    WarningAcknowledgedPayload,
)
from app.contract.state import (
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
    WarningEntry,
)
from app.contract.validation import validate_event
from app.contract.violations import ConformanceResult, ModelViolation, SchemaViolation
from app.reducer.fold import reduce_collaboration_events

__all__ = [
    "COLLABORATION_EVENT_TYPES",
    "COMMENT_POSTED",
    "CONCURRENT_DRIVER_WARNING",
    "DECISION_CAPTURED",
    "DRIVE_INTENT_SET",
    "FOCUS_CHANGED",
    "PARTICIPANT_INVITED",
    "PARTICIPANT_JOINED",
    "PARTICIPANT_LEFT",
    "POTENTIAL_STEP_COLLISION_DETECTED",
    "PRESENCE_HEARTBEAT",
    "PROMPT_STEP_EXECUTION_COMPLETED",
    "PROMPT_STEP_EXECUTION_STARTED",
    "SESSION_LINKED",
    "WARNING_ACKNOWLEDGED",
    "Admission",
    "Advice",
    "Advisory",
    "AuthPrincipalBinding",
    "BadCheckpointError",
    "CollaborationAnomaly",
    "CommentEntry",
    "CommentPostedPayload",
    "ConcurrentDriverWarningPayload",
    "ConflictingDuplicateError",
    "ConformanceResult",
    "DecisionCapturedPayload",
    "DecisionEntry",
    "DepartedParticipantError",
    "DriveIntentSetPayload",
    "Event",
    "EventRefusedError",
    "FocusChangedPayload",
    "FocusTarget",
    "LargeCheckpointError",
    "LateEventsError",
    "MalformedPayloadError",
    "MissionMismatchError",
    "ModelViolation",
    "OutOfOrderError",
    "ParticipantIdentity",
    "ParticipantInvitedPayload",
    "ParticipantJoinedPayload",
    "ParticipantLeftPayload",
    "PotentialStepCollisionDetectedPayload",
    "Presence",
    "PresenceHeartbeatPayload",
    "PromptStepExecutionCompletedPayload",
    "PromptStepExecutionStartedPayload",
    "ReducedCollaborationState",
    "SchemaViolation",
    "SessionLinkedPayload",
    "SpecKittyEventsError",
    "UnknownEventTypeError",
    "UnknownParticipantError",
    "UnknownWarningError",
    "UnmatchedCompletionError",
    "Verdict",
    "WarningAcknowledgedPayload",
    "WarningEntry",
    "admit",
    "advise",
    "reduce_collaboration_events",
    "validate_event",
]
