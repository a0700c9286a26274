"""The public Python API: the contract's 36 names and their companions (contract §6).

from mission_collaboration import Event, reduce_collaboration_events

state = reduce_collaboration_events(events, mode="strict")
"""

from mission_collaboration.admission.admit import Admission, admit
from mission_collaboration.admission.advice import Advice, Advisory, Presence, advise
from mission_collaboration.admission.errors import (
    BadCheckpointError,
    CheckpointMissionError,
    CheckpointSizeError,
    LateEventsError,
)
from mission_collaboration.admission.missions import MissionsAdmission, MissionToAdmit, admit_missions
from mission_collaboration.admission.verdicts import Revision, Verdict
from mission_collaboration.contract.constants import (
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
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import (
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
from mission_collaboration.contract.identity import (
    AuthPrincipalBinding,
    FocusTarget,
    ParticipantExternalRefs,
    ParticipantIdentity,
)
from mission_collaboration.contract.payloads import (
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
from mission_collaboration.contract.state import (
    Change,
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
    WarningEntry,
)
from mission_collaboration.contract.validation import validate_event
from mission_collaboration.contract.violations import ConformanceResult, ModelViolation, SchemaViolation
from mission_collaboration.explanation.explain import explain
from mission_collaboration.explanation.requests import NoSuchPointError, Until
from mission_collaboration.explanation.timeline import Explanation, TimelineEntry
from mission_collaboration.reducer.fold import reduce_collaboration_events
from mission_collaboration.reducer.missions import MissionsReduction, reduce_missions

__version__ = "1.0.0"

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
    "Change",
    "CheckpointMissionError",
    "CheckpointSizeError",
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
    "Explanation",
    "FocusChangedPayload",
    "FocusTarget",
    "LateEventsError",
    "MalformedPayloadError",
    "MissionMismatchError",
    "MissionToAdmit",
    "MissionsAdmission",
    "MissionsReduction",
    "ModelViolation",
    "NoSuchPointError",
    "OutOfOrderError",
    "ParticipantExternalRefs",
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
    "Revision",
    "SchemaViolation",
    "SessionLinkedPayload",
    "SpecKittyEventsError",
    "TimelineEntry",
    "UnknownEventTypeError",
    "UnknownParticipantError",
    "UnknownWarningError",
    "UnmatchedCompletionError",
    "Until",
    "Verdict",
    "WarningAcknowledgedPayload",
    "WarningEntry",
    "admit",
    "admit_missions",
    "advise",
    "explain",
    "reduce_collaboration_events",
    "reduce_missions",
    "validate_event",
]
