"""The event types (contract §3) and the version of the contract that they belong to."""

from typing import Final

CONTRACT_VERSION: Final = "2.2.0"

PARTICIPANT_INVITED: Final = "ParticipantInvited"
PARTICIPANT_JOINED: Final = "ParticipantJoined"
PARTICIPANT_LEFT: Final = "ParticipantLeft"
PRESENCE_HEARTBEAT: Final = "PresenceHeartbeat"
DRIVE_INTENT_SET: Final = "DriveIntentSet"
FOCUS_CHANGED: Final = "FocusChanged"
PROMPT_STEP_EXECUTION_STARTED: Final = "PromptStepExecutionStarted"
PROMPT_STEP_EXECUTION_COMPLETED: Final = "PromptStepExecutionCompleted"
CONCURRENT_DRIVER_WARNING: Final = "ConcurrentDriverWarning"
POTENTIAL_STEP_COLLISION_DETECTED: Final = "PotentialStepCollisionDetected"
WARNING_ACKNOWLEDGED: Final = "WarningAcknowledged"
COMMENT_POSTED: Final = "CommentPosted"
DECISION_CAPTURED: Final = "DecisionCaptured"
SESSION_LINKED: Final = "SessionLinked"

COLLABORATION_EVENT_TYPES: Final = frozenset(
    {
        PARTICIPANT_INVITED,
        PARTICIPANT_JOINED,
        PARTICIPANT_LEFT,
        PRESENCE_HEARTBEAT,
        DRIVE_INTENT_SET,
        FOCUS_CHANGED,
        PROMPT_STEP_EXECUTION_STARTED,
        PROMPT_STEP_EXECUTION_COMPLETED,
        CONCURRENT_DRIVER_WARNING,
        POTENTIAL_STEP_COLLISION_DETECTED,
        WARNING_ACKNOWLEDGED,
        COMMENT_POSTED,
        DECISION_CAPTURED,
        SESSION_LINKED,
    }
)

UNKNOWN_WARNING: Final = "UnknownWarning"
"""The `warning_type` of an entry that so far only an acknowledgement speaks of (R19)."""
