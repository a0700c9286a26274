"""Whole stories: what a reader finds filled in when they try an endpoint, and what the answers tell about."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from app.api.examples.events import ADA, AGENT, BEN, FOCUS, STEP, EventObject, by, event, joins, told
from app.api.examples.morning import MORNING
from mission_collaboration.contract import constants as c
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

OVERLAP: Final = told(
    joins(ADA),
    joins(BEN),
    joins(AGENT),
    by(ADA, c.DRIVE_INTENT_SET, intent="active"),
    by(BEN, c.DRIVE_INTENT_SET, intent="active"),
    by(AGENT, c.DRIVE_INTENT_SET, intent="active"),
    by(ADA, c.FOCUS_CHANGED, focus_target=FOCUS),
    by(BEN, c.FOCUS_CHANGED, focus_target=FOCUS),
    by(AGENT, c.FOCUS_CHANGED, focus_target=FOCUS),
    (
        c.CONCURRENT_DRIVER_WARNING,
        {
            "warning_id": "w-overlap",
            "participant_ids": ["p-ada", "p-agent", "p-ben"],
            "focus_target": FOCUS,
            "severity": "warning",
        },
    ),
    by(ADA, c.WARNING_ACKNOWLEDGED, warning_id="w-overlap", acknowledgement="continue"),
    by(AGENT, c.WARNING_ACKNOWLEDGED, warning_id="w-overlap", acknowledgement="hold"),
)
"""Three participants drive the same work package; a warning says so, and two of them answer."""

COLLISION: Final = told(
    joins(BEN),
    joins(AGENT),
    by(BEN, c.PROMPT_STEP_EXECUTION_STARTED, step_id=STEP, wp_id="WP03"),
    by(AGENT, c.PROMPT_STEP_EXECUTION_STARTED, step_id=STEP, wp_id="WP03"),
    (
        c.POTENTIAL_STEP_COLLISION_DETECTED,
        {
            "warning_id": "w-collision",
            "participant_ids": ["p-agent", "p-ben"],
            "step_id": STEP,
            "wp_id": "WP03",
            "severity": "warning",
        },
    ),
    by(BEN, c.WARNING_ACKNOWLEDGED, warning_id="w-collision", acknowledgement="defer"),
    by(AGENT, c.PROMPT_STEP_EXECUTION_COMPLETED, step_id=STEP, wp_id="WP03", outcome="success"),
)
"""A person and an agent run the same step; the person lets the agent finish."""

STRANGER: Final[EventObject] = event(
    len(OVERLAP) + 1, c.COMMENT_POSTED, participant_id="p-stranger", comment_id="c-1", content="May I?"
)
"""A comment of somebody who never joined."""

_IDENTITY_OF_BEN: Final[dict[str, Any]] = {"participant_identity": BEN, "invited_by": "p-ada"}
MISSION_OF_ALL_TYPES: Final = told(
    joins(ADA),
    by(BEN, c.PARTICIPANT_INVITED, **_IDENTITY_OF_BEN),
    joins(BEN),
    joins(AGENT),
    by(AGENT, c.SESSION_LINKED, primary_session_id="cli-7f3a", linked_session_id="saas-19", link_type="cli_to_saas"),
    by(ADA, c.PRESENCE_HEARTBEAT, session_id="browser-4c"),
    by(ADA, c.DRIVE_INTENT_SET, intent="active"),
    by(AGENT, c.DRIVE_INTENT_SET, intent="active"),
    by(ADA, c.FOCUS_CHANGED, focus_target=FOCUS),
    by(AGENT, c.FOCUS_CHANGED, focus_target=FOCUS, previous_focus_target={"target_type": "step", "target_id": STEP}),
    (
        c.CONCURRENT_DRIVER_WARNING,
        {
            "warning_id": "w-overlap",
            "participant_ids": ["p-ada", "p-agent"],
            "focus_target": FOCUS,
            "severity": "warning",
        },
    ),
    by(AGENT, c.WARNING_ACKNOWLEDGED, warning_id="w-overlap", acknowledgement="hold"),
    by(
        BEN,
        c.PROMPT_STEP_EXECUTION_STARTED,
        step_id=STEP,
        wp_id="WP03",
        step_description="Write the migration of the orders table",
    ),
    by(AGENT, c.PROMPT_STEP_EXECUTION_STARTED, step_id=STEP, wp_id="WP03"),
    (
        c.POTENTIAL_STEP_COLLISION_DETECTED,
        {
            "warning_id": "w-collision",
            "participant_ids": ["p-agent", "p-ben"],
            "step_id": STEP,
            "wp_id": "WP03",
            "severity": "info",
        },
    ),
    by(AGENT, c.PROMPT_STEP_EXECUTION_COMPLETED, step_id=STEP, wp_id="WP03", outcome="success"),
    by(BEN, c.COMMENT_POSTED, comment_id="c-1", content="The agent was faster; I take the rollback."),
    by(
        ADA,
        c.DECISION_CAPTURED,
        decision_id="d-1",
        topic="Who drives WP03",
        chosen_option="Ada drives, the agent reviews",
        rationale="The migration touches production data",
        referenced_warning_id="w-overlap",
    ),
    by(BEN, c.PARTICIPANT_LEFT, reason="Handed over"),
)
"""A short mission in which each collaboration type occurs."""

EACH_TYPE: Final = {
    event_type: next(event for event in MISSION_OF_ALL_TYPES if event["event_type"] == event_type)
    for event_type in PAYLOAD_MODELS
}
"""Event type → an event of it."""

OTHER_EVENT: Final[EventObject] = {
    **event(20, "MissionCreated", title="Checkout redesign"),
    "causation_id": None,
    "project_slug": "web-shop",
    "schema_version": "1.2.0",
    "data_tier": 1,
}
"""An event of another type, with every optional member that a producer may write."""


class Story(NamedTuple):
    """A batch that pages and documents tell something with."""

    title: str
    about: str
    events: Sequence[EventObject]


STORIES: Final[Mapping[str, Story]] = {
    "morning": Story(
        "A morning with five faults",
        "Three people and an agent. Real input: some events are late, some come twice, some are of other types. "
        "Why does no one drive WP03 at 10:32?",
        MORNING,
    ),
    "overlap": Story(
        "Three drivers of one work package",
        "A warning says so, and two of them answer. A stranger comments.",
        (*OVERLAP, STRANGER),
    ),
    "collision": Story(
        "A person and an agent run the same step",
        "A warning says so, and the person lets the agent finish.",
        COLLISION,
    ),
    "mission": Story(
        "Every collaboration type",
        "A short mission in which each type occurs once at least, and one event of another type.",
        (*MISSION_OF_ALL_TYPES, OTHER_EVENT),
    ),
}
"""Name → the story that `GET /stories/{name}` answers, ready to be posted."""
