"""Reads what a checkpoint of the first release holds (version 1, L9): the watermark is the horizon, no window."""

import msgspec

from mission_collaboration.admission.horizon import Count, HorizonState, Link, Place, write_state
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.remembered import FIRST_RELEASE_HASH_BYTES, Remembered, shortened_hashes
from mission_collaboration.admission.window import Time
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.state import CollaborationAnomaly, CommentEntry, DecisionEntry, WarningEntry
from mission_collaboration.decoding.structs import struct_for


class _State(msgspec.Struct, gc=False):
    """A state's JSON without the index that follows from the focus (S7)."""

    mission_id: str
    participants: dict[str, struct_for(ParticipantIdentity)]  # type: ignore[valid-type]
    departed_participants: dict[str, struct_for(ParticipantIdentity)]  # type: ignore[valid-type]
    presence: dict[str, Time]
    active_drivers: list[str]
    focus_by_participant: dict[str, struct_for(FocusTarget)]  # type: ignore[valid-type]
    warnings: list[struct_for(WarningEntry)]  # type: ignore[valid-type]
    decisions: list[struct_for(DecisionEntry)]  # type: ignore[valid-type]
    comments: list[struct_for(CommentEntry)]  # type: ignore[valid-type]
    active_executions: dict[str, list[str]]
    linked_sessions: dict[str, list[str]]
    anomalies: list[struct_for(CollaborationAnomaly)]  # type: ignore[valid-type]
    event_count: Count
    last_processed_event_id: str | None


class _Content(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    state: bytes
    invited: list[str]
    folded_to: tuple[Count, Time] | None
    """Clock and instant of the last event accepted, whose id stands in the state."""
    recent_ids: list[str]


_read = msgspec.msgpack.Decoder(_Content).decode
_read_state = msgspec.json.Decoder(_State).decode


def read_first_release(text: bytes, hashes: bytes) -> Mission | None:
    """Read the content of a checkpoint and its hashes; None where they do not fit each other.

    Which event linked a session is not known. Raises what msgspec raises for content that is none.
    """
    content = _read(text)
    state = _read_state(content.state)
    last_id, ids = state.last_processed_event_id, content.recent_ids
    is_empty = {state.event_count == 0, last_id is None, content.folded_to is None, not state.mission_id}
    remembered = Remembered(ids, shortened_hashes(hashes), of_first_release=len(ids))
    if len(is_empty) != 1 or not remembered.is_consistent or len(hashes) != FIRST_RELEASE_HASH_BYTES * len(ids):
        return None
    horizon = None
    if content.folded_to is not None and last_id is not None:
        horizon = Place(*content.folded_to, last_id)
    account = HorizonState(
        participants=state.participants,
        departed=state.departed_participants,
        invited=content.invited,
        presence=state.presence,
        drivers=state.active_drivers,
        focus=state.focus_by_participant,
        warnings=state.warnings,
        decisions=state.decisions,
        comments=state.comments,
        executions=state.active_executions,
        links=[Link(None, who, session) for who, sessions in state.linked_sessions.items() for session in sessions],
        anomalies=state.anomalies,
        event_count=state.event_count,
        last_event_id=last_id,
    )
    return Mission(state.mission_id or None, write_state(account), horizon, [], remembered)
