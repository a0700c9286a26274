"""The payloads (contract §3) and the one registry that leads from an event type to its payload."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import FailFast, Field

from mission_collaboration.contract import constants as c
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.model import ContractModel, NonEmpty

Severity = Literal["info", "warning"]
Acknowledgement = Literal["continue", "hold", "reassign", "defer"]


class Payload(ContractModel):
    """What every payload carries."""

    mission_id: NonEmpty
    """The mission that this event belongs to."""


class ActorPayload(Payload):
    """What the payload of one participant's doing carries."""

    participant_id: NonEmpty
    """The participant that this event is about."""


class WarningPayload(Payload):
    """What a warning about several participants carries."""

    warning_id: NonEmpty
    """The id of the warning; the same id again replaces the warning and keeps its acknowledgements."""
    participant_ids: Annotated[list[str], Field(min_length=2), FailFast()]
    """The participants that the warning is about, two or more."""
    severity: Severity
    """`info`, or `warning` if someone should act. Both are advice: nothing is locked."""


class ParticipantInvitedPayload(ActorPayload):
    """Someone was invited; it takes a `ParticipantJoined` to make them active (P1)."""

    participant_identity: ParticipantIdentity
    """Who was invited."""
    invited_by: NonEmpty
    """Who invited them; not checked against the roster."""


class ParticipantJoinedPayload(ActorPayload):
    """Someone joined the mission and is active from here on (P2)."""

    participant_identity: ParticipantIdentity
    """Who joined."""
    auth_principal_id: str | None = None
    """The authenticated principal behind them: present in live traffic, absent in replay."""


class ParticipantLeftPayload(ActorPayload):
    """Someone left. Their drive intent, focus and steps end (P3)."""

    reason: str | None = None
    """Why they left, in words."""


class PresenceHeartbeatPayload(ActorPayload):
    """A participant is still there (P4)."""

    session_id: str | None = None
    """The session that sent the heartbeat."""


class DriveIntentSetPayload(ActorPayload):
    """A participant says whether they mean to drive (P5)."""

    intent: Literal["active", "inactive"]
    """`active` to drive, `inactive` to stop driving."""


class FocusChangedPayload(ActorPayload):
    """A participant looks at something else now (P6)."""

    focus_target: FocusTarget
    """What they look at now."""
    previous_focus_target: FocusTarget | None = None
    """What they looked at before, as the producer saw it. The reducer does not use it."""


class PromptStepExecutionStartedPayload(ActorPayload):
    """A participant started to run a prompt step (P7)."""

    step_id: NonEmpty
    """The step that runs."""
    wp_id: str | None = None
    """The work package of the step."""
    step_description: str | None = None
    """What the step does, in words."""


class PromptStepExecutionCompletedPayload(ActorPayload):
    """A participant's prompt step ended (P8)."""

    step_id: NonEmpty
    """The step that ended. It closes the earliest open start of this step by this participant."""
    wp_id: str | None = None
    """The work package of the step."""
    outcome: Literal["success", "failure", "skipped"]
    """How it ended."""


class ConcurrentDriverWarningPayload(WarningPayload):
    """Several active drivers look at the same target (P9)."""

    focus_target: FocusTarget
    """What they all look at."""


class PotentialStepCollisionDetectedPayload(WarningPayload):
    """Several participants run the same step (P10)."""

    step_id: NonEmpty
    """The step that they all run."""
    wp_id: str | None = None
    """The work package of the step."""


class WarningAcknowledgedPayload(ActorPayload):
    """A participant answered a warning (P11)."""

    warning_id: NonEmpty
    """The warning that is answered."""
    acknowledgement: Acknowledgement
    """What the participant is going to do about it."""


class CommentPostedPayload(ActorPayload):
    """A participant said something (P12)."""

    comment_id: NonEmpty
    """The id of the comment."""
    content: NonEmpty
    """What was said."""
    reply_to: str | None = None
    """The id of the comment that this one answers."""


class DecisionCapturedPayload(ActorPayload):
    """A participant recorded a decision (P13)."""

    decision_id: NonEmpty
    """The id of the decision."""
    topic: NonEmpty
    """What was decided about."""
    chosen_option: NonEmpty
    """What was chosen."""
    rationale: str | None = None
    """Why, in words."""
    referenced_warning_id: str | None = None
    """The warning that led to the decision, if there was one."""


class SessionLinkedPayload(ActorPayload):
    """A participant linked two of their sessions (P14)."""

    primary_session_id: NonEmpty
    """The session that the link starts from."""
    linked_session_id: NonEmpty
    """The session that is linked to it."""
    link_type: Literal["cli_to_saas", "saas_to_cli"]
    """The direction of the link."""


PAYLOAD_MODELS: Final[Mapping[str, type[Payload]]] = MappingProxyType(
    {
        c.PARTICIPANT_INVITED: ParticipantInvitedPayload,
        c.PARTICIPANT_JOINED: ParticipantJoinedPayload,
        c.PARTICIPANT_LEFT: ParticipantLeftPayload,
        c.PRESENCE_HEARTBEAT: PresenceHeartbeatPayload,
        c.DRIVE_INTENT_SET: DriveIntentSetPayload,
        c.FOCUS_CHANGED: FocusChangedPayload,
        c.PROMPT_STEP_EXECUTION_STARTED: PromptStepExecutionStartedPayload,
        c.PROMPT_STEP_EXECUTION_COMPLETED: PromptStepExecutionCompletedPayload,
        c.CONCURRENT_DRIVER_WARNING: ConcurrentDriverWarningPayload,
        c.POTENTIAL_STEP_COLLISION_DETECTED: PotentialStepCollisionDetectedPayload,
        c.WARNING_ACKNOWLEDGED: WarningAcknowledgedPayload,
        c.COMMENT_POSTED: CommentPostedPayload,
        c.DECISION_CAPTURED: DecisionCapturedPayload,
        c.SESSION_LINKED: SessionLinkedPayload,
    }
)
"""Event type → payload model. The only place that pairs them."""
