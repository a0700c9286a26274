"""What a checkpoint holds of a mission: its state as it is published, and what the state does not show.

Both are read by types that say the models' rules, and held against each other, so a forged one is refused like any
other bad input.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.recent_events import HASH_BYTES, RecentEvents
from mission_collaboration.contract.envelope import LARGEST_CLOCK
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.state import CollaborationAnomaly, CommentEntry, DecisionEntry, WarningEntry
from mission_collaboration.decoding.structs import struct_for
from mission_collaboration.decoding.text_formats import NORMAL_IDS, are_normal_ulids
from mission_collaboration.reducer.accumulator import Accumulator, Executions

Count = Annotated[int, Meta(ge=0, le=LARGEST_CLOCK)]
Time = Annotated[datetime, Meta(tz=True)]


class SavedState(msgspec.Struct, gc=False):
    """A `ReducedCollaborationState` as it is read back, without the index that follows from the focus (S7)."""

    mission_id: str
    participants: dict[str, struct_for(ParticipantIdentity)]  # type: ignore[valid-type]
    departed_participants: dict[str, struct_for(ParticipantIdentity)]  # type: ignore[valid-type]
    presence: dict[str, Time]
    active_drivers: list[str]
    focus_by_participant: dict[str, struct_for(FocusTarget)]  # type: ignore[valid-type]
    warnings: list[struct_for(WarningEntry)]  # type: ignore[valid-type]
    decisions: msgspec.Raw
    comments: msgspec.Raw
    active_executions: dict[str, list[str]]
    linked_sessions: dict[str, list[str]]
    anomalies: list[struct_for(CollaborationAnomaly)]  # type: ignore[valid-type]
    event_count: Count
    last_processed_event_id: str | None


class Saved(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """The whole of what is kept between two batches."""

    state: bytes
    """The state's JSON (S16)."""
    invited: list[str]
    """Whose invitations are open (R16)."""
    folded_to: tuple[Count, Time] | None
    """Clock and instant of the last event accepted; its id stands in the state."""
    recent_ids: list[str]
    """The ids accepted lately, the latest last."""


_write: Final = msgspec.msgpack.Encoder().encode
_read: Final = msgspec.msgpack.Decoder(Saved).decode
_read_state: Final = msgspec.json.Decoder(SavedState).decode
_write_json: Final = msgspec.json.Encoder().encode
_read_decisions: Final = msgspec.json.Decoder(list[struct_for(DecisionEntry)]).decode  # type: ignore[misc]
_read_comments: Final = msgspec.json.Decoder(list[struct_for(CommentEntry)]).decode  # type: ignore[misc]


def save(mission: Mission, state: bytes, most_recent: int) -> tuple[bytes, bytes]:
    """Write a mission whose state is `state` already, and apart the hashes of so many recent events at most."""
    ids, hashes = mission.recent.last(most_recent)
    watermark = mission.watermark
    folded_to = watermark and (max(0, watermark[0] - 1), watermark[1])
    return _write(Saved(state, sorted(mission.accumulator.invited), folded_to, ids)), hashes


def restore(text: bytes, hashes: bytes, *, is_sound: bool = False) -> Mission | None:
    """Read what `save` wrote; None for anything else. Where it is sound already, it is not looked at again."""
    try:
        saved = _read(text)
        state = _read_state(saved.state)
        if not (is_sound or _are_as_written(state)):
            return None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not is_sound and not _are_consistent(saved, state, hashes):
        return None
    folded_to, last_id = saved.folded_to, state.last_processed_event_id
    watermark = (folded_to[0] + 1, folded_to[1], last_id) if folded_to and last_id else None
    return Mission(_draft(state, saved.invited), watermark, RecentEvents(saved.recent_ids, hashes))


def _are_as_written(state: SavedState) -> bool:
    """Tell whether the texts that are carried on are those that a state has, to the byte."""
    decisions, comments = _read_decisions(state.decisions), _read_comments(state.comments)
    return _write_json(decisions) == bytes(state.decisions) and _write_json(comments) == bytes(state.comments)


def _are_consistent(saved: Saved, state: SavedState, hashes: bytes) -> bool:
    """Hold the parts against each other as far as anything leans on it."""
    last_id, ids = state.last_processed_event_id, saved.recent_ids
    nothing_folded = (state.event_count == 0, last_id is None, saved.folded_to is None, not ids, not state.mission_id)
    times = [*state.presence.values(), *(saved.folded_to[1:] if saved.folded_to else ())]
    return (
        len(set(nothing_folded)) == 1
        and (not ids or ids[-1] == last_id)
        and (not ids or are_normal_ulids(ids) or NORMAL_IDS.fits(ids))
        and len(set(ids)) == len(ids)
        and len(hashes) == HASH_BYTES * len(ids)
        and len({warning.warning_id for warning in state.warnings}) == len(state.warnings)
        and all(instant.tzinfo is UTC for instant in times)
    )


def _draft(state: SavedState, invited: Iterable[str]) -> Accumulator:
    """Go on where the state was taken."""
    accumulator = Accumulator(strict=True)
    accumulator.mission_id = state.mission_id
    accumulator.participants = state.participants
    accumulator.departed = state.departed_participants
    accumulator.invited = set(invited)
    accumulator.presence = state.presence
    accumulator.drivers = set(state.active_drivers)
    accumulator.focus = state.focus_by_participant
    accumulator.warnings = {warning.warning_id: warning for warning in state.warnings}
    accumulator.decisions = _as_text(state.decisions)
    accumulator.comments = _as_text(state.comments)
    accumulator.executions = {who: _executions(steps) for who, steps in state.active_executions.items()}
    accumulator.linked_sessions = state.linked_sessions
    accumulator.anomalies = state.anomalies
    accumulator.event_count = state.event_count
    accumulator.last_event_id = state.last_processed_event_id
    return accumulator


def _as_text(entries: msgspec.Raw) -> list[Any]:
    """Go on with entries that nobody reads any more: the text of all of them stands for them, as one in the list."""
    text = bytes(entries)[1:-1]
    return [msgspec.Raw(text)] if text else []


def _executions(steps: Iterable[str]) -> Executions:
    executions = Executions()
    for step_id in steps:
        executions.start(step_id)
    return executions
