"""Variants that get wrong what ends when someone leaves, and what stays (R12, R13, R23)."""

from collections.abc import Callable
from copy import copy
from typing import Any

from mission_collaboration.contract.constants import PARTICIPANT_LEFT
from mission_collaboration.contract.errors import UnknownParticipantError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import Handler

from .variant import Patch, Variant, handling


def keeping(account: str) -> Patch:
    """Leave one account of the draft as it was when someone leaves."""

    def leave(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
        before = copy(getattr(accumulator, account))
        right(accumulator, event, payload)
        setattr(accumulator, account, before)

    return handling(PARTICIPANT_LEFT, leave)


def clearing(clear: Callable[[Accumulator, str], object]) -> Patch:
    """Clear something more when someone leaves."""

    def leave(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
        right(accumulator, event, payload)
        clear(accumulator, payload.participant_id)

    return handling(PARTICIPANT_LEFT, leave)


def clear_comments(accumulator: Accumulator, leaving: str) -> None:
    accumulator.comments = [comment for comment in accumulator.comments if comment.participant_id != leaving]


def clear_decisions(accumulator: Accumulator, leaving: str) -> None:
    accumulator.decisions = [decision for decision in accumulator.decisions if decision.participant_id != leaving]


def clear_acknowledgements(accumulator: Accumulator, leaving: str) -> None:
    for warning in accumulator.warnings.values():
        warning.acknowledgements.pop(leaving, None)


def clear_warnings(accumulator: Accumulator, leaving: str) -> None:
    accumulator.warnings = {
        name: entry for name, entry in accumulator.warnings.items() if leaving not in entry.participant_ids
    }


def refuse_second_leave(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    leaving = payload.participant_id
    if leaving in accumulator.departed:
        reason = f"Participant '{leaving}' is not in roster"
        accumulator.refuse(UnknownParticipantError(leaving, event.event_id, event.event_type, reason=reason))
    else:
        right(accumulator, event, payload)


def overlook_second_leave(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id not in accumulator.departed:
        right(accumulator, event, payload)


def overlook_strangers_leave(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.participant_id in accumulator.participants or payload.participant_id in accumulator.departed:
        right(accumulator, event, payload)


VARIANTS = (
    Variant(
        "forgets to clear the focus on leave",
        "Someone who left still looks at the file that they looked at last.",
        "R23",
        "A leave keeps the others on a shared focus (strict)",
        ("/focus_by_participant/p1", "(missing)", '{"target_type": "wp", "target_id": "WP01"}'),
        (keeping("focus"),),
    ),
    Variant(
        "forgets to clear the drivers on leave",
        "Someone who left still drives.",
        "R23",
        "A leave ends driving (strict)",
        ("/active_drivers/0", '"p2"', '"p1"'),
        (keeping("drivers"),),
    ),
    Variant(
        "forgets to clear presence on leave",
        "Someone who left still counts as present.",
        "R23",
        "A leave ends presence (strict)",
        ("/presence/p1", "(missing)", '"2026-01-01T12:00:00Z"'),
        (keeping("presence"),),
    ),
    Variant(
        "forgets to clear executions on leave",
        "The steps of someone who left run for ever.",
        "R23",
        "A leave ends steps in flight (strict)",
        ("/active_executions/p1", "(missing)", '["s1"]'),
        (keeping("executions"),),
    ),
    Variant(
        "clears comments on leave",
        "What someone said disappears when they go.",
        "R23",
        "A leave keeps what was said, warned and linked (strict)",
        ("/comments/0", '{"comment_id": "c1", "event_id":', "(missing)"),
        (clearing(clear_comments),),
    ),
    Variant(
        "clears decisions on leave",
        "What someone decided disappears when they go.",
        "R23",
        "A leave keeps what was said, warned and linked (strict)",
        ("/decisions/0", '{"decision_id": "d1", "event_id":', "(missing)"),
        (clearing(clear_decisions),),
    ),
    Variant(
        "clears linked sessions on leave",
        "The sessions that someone linked are lost when they go.",
        "R23",
        "A leave keeps what was said, warned and linked (strict)",
        ("/linked_sessions/p1", '["saas-1"]', "(missing)"),
        (clearing(lambda accumulator, leaving: accumulator.linked_sessions.pop(leaving, None)),),
    ),
    Variant(
        "clears acknowledgements on leave",
        "What someone answered to a warning is lost when they go.",
        "R23",
        "A leave keeps what was said, warned and linked (strict)",
        ("/warnings/0/acknowledgements/p1", '"hold"', "(missing)"),
        (clearing(clear_acknowledgements),),
    ),
    Variant(
        "clears warnings on leave",
        "A warning disappears as soon as one of those whom it names goes.",
        "R23",
        "A leave keeps what was said, warned and linked (strict)",
        ("/warnings/0", '{"warning_id": "w1", "event_id":', "(missing)"),
        (clearing(clear_warnings),),
    ),
    Variant(
        "raises on a duplicate leave",
        "To leave twice is refused, though it does no harm.",
        "R13",
        "A second leave is an anomaly in both modes (strict)",
        ("status", "200", "422"),
        (handling(PARTICIPANT_LEFT, refuse_second_leave),),
    ),
    Variant(
        "overlooks a duplicate leave",
        "To leave twice goes unnoticed.",
        "R13",
        "A second leave is an anomaly in both modes (strict)",
        ("/anomalies", '[{"event_id": "01J00000000000000000000002",', "[]"),
        (handling(PARTICIPANT_LEFT, overlook_second_leave),),
    ),
    Variant(
        "overlooks the leave of a stranger",
        "A stranger leaves, and no anomaly tells so.",
        "R12",
        "A leave of a stranger is not applied (strict)",
        ("status", "422", "200"),
        (handling(PARTICIPANT_LEFT, overlook_strangers_leave),),
    ),
)
