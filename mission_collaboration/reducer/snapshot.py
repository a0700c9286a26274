"""Turns a finished accumulator into the state (contract §4): a frozen model for Python, or JSON bytes.

Both are made of one snapshot, so they cannot say different things. Keys are put in order
(S16) when they are written, by the model's serialiser or by the encoder.
"""

from collections import defaultdict
from typing import Any, Final

import msgspec

from mission_collaboration.contract.identity import ParticipantExternalRefs, ParticipantIdentity
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.structs import struct_for
from mission_collaboration.reducer.accumulator import Accumulator

Snapshot: Final = msgspec.defstruct("Snapshot", list(ReducedCollaborationState.model_fields), gc=False)
"""The state's fields in their order, nothing copied that need not be."""


def freeze(accumulator: Accumulator) -> ReducedCollaborationState:
    """Make the frozen state; nothing in it is shared with the accumulator's containers."""
    return ReducedCollaborationState.model_validate(snapshot(accumulator), from_attributes=True)


def encode(accumulator: Accumulator) -> bytes:
    """Write the state as JSON: the bytes of `freeze(accumulator).model_dump_json()` (S16)."""
    return _write(snapshot(accumulator))


def snapshot(accumulator: Accumulator) -> Any:
    """Take the state's fields; valid until the accumulator changes."""
    watchers: dict[str, list[str]] = defaultdict(list)  # made of the focus, so that the two never disagree (S7)
    for participant_id in sorted(accumulator.focus):
        target = accumulator.focus[participant_id]
        watchers[f"{target.target_type}:{target.target_id}"].append(participant_id)
    return Snapshot(
        mission_id=accumulator.mission_id,
        participants=accumulator.participants,
        departed_participants=accumulator.departed,
        presence=accumulator.presence,
        active_drivers=sorted(accumulator.drivers),
        focus_by_participant=accumulator.focus,
        participants_by_focus=watchers,
        warnings=list(accumulator.warnings.values()),
        decisions=accumulator.decisions,
        comments=accumulator.comments,
        active_executions=accumulator.steps_in_flight(),
        linked_sessions=accumulator.linked_sessions,
        anomalies=accumulator.anomalies,
        event_count=accumulator.event_count,
        last_processed_event_id=accumulator.last_event_id,
    )


def plain(value: Any) -> Any:
    """Let msgspec write the identities that a caller's roster brought in, of which only the model's members count."""
    for model in (ParticipantIdentity, ParticipantExternalRefs):
        if isinstance(value, model):
            return struct_for(model)(**{name: getattr(value, name) for name in model.model_fields})
    raise TypeError(f"no JSON for {type(value)!r}")


_write: Final = msgspec.json.Encoder(enc_hook=plain, order="deterministic").encode
