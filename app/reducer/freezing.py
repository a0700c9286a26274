"""Turns a finished draft into the frozen state (contract §4), each mapping in the order of its keys."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

from app.contract.identity import FocusTarget
from app.contract.state import ReducedCollaborationState, WarningEntry
from app.reducer.draft import Draft, WarningDraft

T = TypeVar("T")


def freeze(draft: Draft) -> ReducedCollaborationState:
    """Make the state; nothing in it is shared with the draft's containers."""
    focus = {person: _focus_target(draft.focus[person]) for person in sorted(draft.focus)}
    in_flight = {person: run.step_ids() for person, run in draft.executions.items()}
    return ReducedCollaborationState.model_construct(
        mission_id=draft.mission_id,
        participants=_by_key(draft.participants),
        departed_participants=_by_key(draft.departed),
        presence=_by_key(draft.presence),
        active_drivers=frozenset(draft.drivers),
        focus_by_participant=focus,
        participants_by_focus=_participants_by_focus(focus),
        warnings=tuple(map(_warning_entry, draft.warnings.values())),
        decisions=tuple(draft.decisions),
        comments=tuple(draft.comments),
        active_executions=_by_key({person: steps for person, steps in in_flight.items() if steps}),
        linked_sessions=_by_key({person: list(linked) for person, linked in draft.linked_sessions.items()}),
        anomalies=tuple(draft.anomalies),
        event_count=draft.event_count,
        last_processed_event_id=draft.last_event_id,
    )


def _by_key(mapping: Mapping[str, T]) -> dict[str, T]:
    return dict(sorted(mapping.items()))


def _focus_target(read: Any) -> FocusTarget:
    """Keep the target as its model, whichever reader made it."""
    if isinstance(read, FocusTarget):
        return read
    return FocusTarget.model_construct(target_type=read.target_type, target_id=read.target_id)


def _participants_by_focus(focus: Mapping[str, FocusTarget]) -> dict[str, frozenset[str]]:
    """Read the focus index backwards, so that the two can never disagree (S7)."""
    by_target: dict[str, set[str]] = defaultdict(set)
    for participant_id, target in focus.items():
        by_target[target.key].add(participant_id)
    return {key: frozenset(by_target[key]) for key in sorted(by_target)}


def _warning_entry(warning: WarningDraft) -> WarningEntry:
    return WarningEntry.model_construct(
        warning_id=warning.warning_id,
        event_id=warning.event_id,
        warning_type=warning.warning_type,
        participant_ids=tuple(warning.participant_ids),
        acknowledgements=_by_key(warning.acknowledgements),
    )
