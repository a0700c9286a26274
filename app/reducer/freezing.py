"""Turns a finished draft into the state (contract §4): a frozen model for Python, bytes for everyone else.

Both are made of one snapshot, so they cannot say different things.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel

from app.contract.identity import FocusTarget
from app.contract.state import ReducedCollaborationState
from app.reducer.draft import Draft, WarningDraft

T = TypeVar("T")


def freeze(draft: Draft) -> ReducedCollaborationState:
    """Make the frozen state; nothing in it is shared with the draft's containers."""
    return ReducedCollaborationState.model_validate(snapshot(draft), from_attributes=True)


def encode(draft: Draft) -> bytes:
    """Write the state as JSON: the bytes of `freeze(draft).model_dump_json()` (S16)."""
    return msgspec.json.encode(snapshot(draft), enc_hook=_plain)


def snapshot(draft: Draft) -> dict[str, Any]:
    """List the state's fields in order, each mapping and set in the order of its keys (S16)."""
    return {
        "mission_id": draft.mission_id,
        "participants": _by_key(draft.participants),
        "departed_participants": _by_key(draft.departed),
        "presence": _by_key(draft.presence),
        "active_drivers": sorted(draft.drivers),
        "focus_by_participant": _by_key(draft.focus),
        "participants_by_focus": _participants_by_focus(draft.focus),
        "warnings": list(map(_warning_entry, draft.warnings.values())),
        "decisions": draft.decisions,
        "comments": draft.comments,
        "active_executions": _steps_in_flight(draft),
        "linked_sessions": _by_key(draft.linked_sessions),
        "anomalies": draft.anomalies,
        "event_count": draft.event_count,
        "last_processed_event_id": draft.last_event_id,
    }


def _by_key(mapping: Mapping[str, T]) -> Mapping[str, T]:
    keys = sorted(mapping)
    return mapping if keys == list(mapping) else {key: mapping[key] for key in keys}


def _participants_by_focus(focus: Mapping[str, FocusTarget]) -> Mapping[str, list[str]]:
    """Read the focus index backwards, so that the two can never disagree (S7)."""
    by_target: dict[str, list[str]] = defaultdict(list)
    for participant_id in sorted(focus):
        target = focus[participant_id]
        by_target[f"{target.target_type}:{target.target_id}"].append(participant_id)
    return _by_key(by_target)


def _steps_in_flight(draft: Draft) -> dict[str, list[str]]:
    in_flight = {person: draft.executions[person].step_ids() for person in sorted(draft.executions)}
    return {person: steps for person, steps in in_flight.items() if steps}


def _warning_entry(warning: WarningDraft) -> dict[str, Any]:
    return {
        "warning_id": warning.warning_id,
        "event_id": warning.event_id,
        "warning_type": warning.warning_type,
        "participant_ids": list(warning.participant_ids),
        "acknowledgements": _by_key(warning.acknowledgements),
    }


def _plain(value: Any) -> Any:
    """Let msgspec write the models that a caller's roster brought in."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(f"no JSON for {type(value)!r}")
