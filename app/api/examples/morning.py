"""A morning as producers really send it: several of them, late, twice, and with five faults to find."""

from typing import Any, Final, NamedTuple

from app.api.examples.events import ADA, AGENT, BEN, MISSION, RUN, EventObject
from mission_collaboration.contract import constants as c

DANA: Final = {"participant_id": "p-dana", "participant_type": "human", "display_name": "Dana"}
CART: Final = {"target_type": "wp", "target_id": "WP03"}
SEARCH: Final = {"target_type": "wp", "target_id": "WP07"}
FILE: Final = {"target_type": "file", "target_id": "src/cart.py"}
BOTH: Final = ["p-ada", "p-agent"]


class Row(NamedTuple):
    """One event, in short."""

    node_id: str
    time: str
    """The time of day with its offset, as this producer writes it."""
    event_type: str
    payload: dict[str, Any]


def _by(who: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"participant_id": who["participant_id"], **more}


def _joining(who: dict[str, str]) -> dict[str, Any]:
    return _by(who, participant_identity=who)


ROWS: Final = (
    Row("web-1", "10:00:04.120000+00:00", c.PARTICIPANT_JOINED, _joining(ADA)),
    Row("web-1", "10:00:31.004512+00:00", c.PARTICIPANT_INVITED, _joining(AGENT) | {"invited_by": "p-ada"}),
    Row("cli-agent", "10:00:58Z", c.PARTICIPANT_JOINED, _joining(AGENT)),
    Row(
        "cli-agent",
        "10:00:59Z",
        c.SESSION_LINKED,
        _by(AGENT, primary_session_id="cli-7f3a", linked_session_id="saas-19", link_type="cli_to_saas"),
    ),
    Row("web-2", "10:01:12.250317+00:00", c.PARTICIPANT_JOINED, _joining(BEN)),
    Row("web-1", "10:01:40+00:00", c.DRIVE_INTENT_SET, _by(ADA, intent="active")),
    Row("web-1", "10:01:55+00:00", c.FOCUS_CHANGED, _by(ADA, focus_target=CART)),
    Row("web-2", "10:02:10+00:00", c.FOCUS_CHANGED, _by(BEN, focus_target=FILE)),
    Row("web-1", "10:02:30+00:00", c.PRESENCE_HEARTBEAT, _by(ADA, session_id="tab-1")),
    Row("web-1", "10:03:02+00:00", c.PROMPT_STEP_EXECUTION_STARTED, _by(ADA, step_id="T012", wp_id="WP03")),
    Row("cli-agent", "10:03:20Z", c.DRIVE_INTENT_SET, _by(AGENT, intent="active")),
    Row("cli-agent", "10:03:21Z", c.FOCUS_CHANGED, _by(AGENT, focus_target=CART)),
    Row("cli-agent", "10:03:40Z", c.PROMPT_STEP_EXECUTION_STARTED, _by(AGENT, step_id="T012", wp_id="WP03")),
    Row(
        "saas",
        "10:04:00.500000+00:00",
        c.CONCURRENT_DRIVER_WARNING,
        {"warning_id": "w-1", "participant_ids": BOTH, "focus_target": CART, "severity": "warning"},
    ),
    Row(
        "saas",
        "10:04:00.500001+00:00",
        c.POTENTIAL_STEP_COLLISION_DETECTED,
        {"warning_id": "w-2", "participant_ids": BOTH, "step_id": "T012", "wp_id": "WP03", "severity": "warning"},
    ),
    Row("cli-agent", "10:04:20Z", c.WARNING_ACKNOWLEDGED, _by(AGENT, warning_id="w-1", acknowledgement="hold")),
    Row("web-1", "10:04:41+00:00", c.WARNING_ACKNOWLEDGED, _by(ADA, warning_id="w-1", acknowledgement="continue")),
    Row("cli-agent", "10:04:55Z", c.DRIVE_INTENT_SET, _by(AGENT, intent="inactive")),
    Row(
        "cli-agent",
        "10:05:10Z",
        c.PROMPT_STEP_EXECUTION_COMPLETED,
        _by(AGENT, step_id="T012", wp_id="WP03", outcome="skipped"),
    ),
    Row("web-1", "10:05:30+00:00", c.COMMENT_POSTED, _by(ADA, comment_id="c-1", content="WP03 is mine, take WP07.")),
    Row(
        "web-1",
        "10:05:58+00:00",
        c.DECISION_CAPTURED,
        _by(ADA, decision_id="d-1", topic="Who drives WP03", chosen_option="Ada", referenced_warning_id="w-1"),
    ),
    Row("web-1", "10:06:10+00:00", c.DRIVE_INTENT_SET, _by(ADA, intent="active")),  # as before: redundant
    Row(
        "web-9", "10:07:00+00:00", c.COMMENT_POSTED, {"participant_id": "p-eve", "comment_id": "c-2", "content": "Hi!"}
    ),
    Row("cli-agent", "10:08:00Z", c.PRESENCE_HEARTBEAT, _by(AGENT)),
    Row("web-1", "10:12:44+00:00", c.PRESENCE_HEARTBEAT, _by(ADA, session_id="tab-1")),
    Row(
        "cli-agent",
        "10:13:05Z",
        c.PROMPT_STEP_EXECUTION_COMPLETED,
        _by(AGENT, step_id="T020", wp_id="WP07", outcome="success"),  # never started
    ),
    Row("web-1", "10:15:20+00:00", c.PARTICIPANT_JOINED, _joining(ADA)),  # a second tab, before the first one leaves
    Row("web-1", "10:15:40+00:00", c.PRESENCE_HEARTBEAT, _by(ADA, session_id="tab-2")),
    Row("web-3", "10:18:00+00:00", c.PARTICIPANT_JOINED, _joining(DANA)),
    Row("web-3", "10:18:20+00:00", c.FOCUS_CHANGED, _by(DANA, focus_target=SEARCH)),
    Row("web-3", "10:18:41+00:00", c.DRIVE_INTENT_SET, _by(DANA, intent="active")),
    Row("web-2", "10:20:05+00:00", c.FOCUS_CHANGED, _by(BEN, focus_target=SEARCH, previous_focus_target=FILE)),
    Row("web-2", "10:20:16+00:00", c.DRIVE_INTENT_SET, _by(BEN, intent="active")),  # with Dana, and no warning
    Row("web-1", "10:29:03+00:00", c.PARTICIPANT_LEFT, _by(ADA, reason="Tab 1 closed")),  # arrives last
    Row("web-1", "10:31:10+00:00", c.PROMPT_STEP_EXECUTION_COMPLETED, _by(ADA, step_id="T012", outcome="success")),
    Row("web-1", "10:31:30+00:00", c.COMMENT_POSTED, _by(ADA, comment_id="c-3", content="T012 is done.")),
    Row("web-2", "10:32:00+00:00", c.PRESENCE_HEARTBEAT, _by(BEN)),
)
"""The morning in canonical order."""


EVENTS: Final[list[EventObject]] = [
    {
        "event_id": f"01KFA3M2Q8{clock:016d}",
        "event_type": row.event_type,
        "aggregate_id": f"mission/{MISSION}",
        "payload": {"mission_id": MISSION, **row.payload},
        "timestamp": f"2026-01-19T{row.time}",
        "build_id": "9c1f4e2" if row.node_id.startswith("cli") else "web-2026.03",
        "node_id": row.node_id,
        "lamport_clock": clock,
        "causation_id": None,
        "project_uuid": "6f1d2c3b-4a59-4e68-8f77-0a1b2c3d4e5f",
        "project_slug": "web-shop",
        "correlation_id": RUN,
        "schema_version": "3.0.0",
        "data_tier": 0,
    }
    for clock, row in enumerate(ROWS, 1)
]
CREATED: Final[EventObject] = {
    "event_id": "01KFA3M2Q7000000000000000A",
    "event_type": "MissionCreated",
    "project_uuid": None,
    "build_id": "",
}
MOVED: Final[EventObject] = {
    "event_id": "01KFA3M2Q7000000000000000B",
    "event_type": "WPStatusChanged",
    "payload": {"wp_id": "WP03"},
}
CONFLICT: Final[EventObject] = {**EVENTS[18], "payload": {**EVENTS[18]["payload"], "outcome": "failure"}}
MORNING: Final[list[EventObject]] = [
    CREATED,
    *EVENTS[:17],
    *EVENTS[18:22],
    EVENTS[17],
    MOVED,
    EVENTS[20],
    *EVENTS[22:31],
    CONFLICT,
    *EVENTS[31:33],
    *EVENTS[34:],
    EVENTS[33],
]
"""The morning as it arrived: the agent's stop five events late, Ada's leave at the very end, a decision twice.

Five faults are in it: a stranger, a late leave of somebody who is still there, one id for two things, a step that was
never started, and two drivers of WP07 of whom no warning speaks.
"""
