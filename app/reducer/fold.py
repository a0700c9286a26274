"""The fold, and the function that the whole service is about (contract §5)."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from app.contract.envelope import Event
from app.contract.errors import EventRefusedError
from app.contract.identity import ParticipantIdentity
from app.contract.state import ReducedCollaborationState
from app.reducer.draft import Draft
from app.reducer.freezing import freeze
from app.reducer.handlers import HANDLERS
from app.reducer.ordering import CanonicalSequence, canonical, conflict
from app.reducer.reading import FoldEvent, malformed, read_events

Mode = Literal["strict", "permissive"]
MODES: Final = get_args(Mode)


def reduce_collaboration_events(
    events: Sequence[Event],
    *,
    mode: Mode = "strict",
    roster: dict[str, ParticipantIdentity] | None = None,
) -> ReducedCollaborationState:
    """Fold a mission's events into its state; pure, and the same for any order of the same events.

    `events` may hold any event types in any order, and duplicates; what is no collaboration event is ignored.
    `mode` is `strict` for live traffic, which raises an `EventRefusedError` for the first event in canonical
    order that breaks a rule, or `permissive` for replay, which records anomalies instead. `roster` seeds
    participants as already joined: participant id → identity. O(n log n) whatever the events say (R40).
    """
    if mode not in MODES:
        raise ValueError(f"mode must be 'strict' or 'permissive', not {mode!r}")
    draft = Draft(strict=mode == "strict", roster=roster)
    fold(draft, canonical(read_events(events)))
    return freeze(draft)


def fold(draft: Draft, sequence: CanonicalSequence[FoldEvent]) -> None:
    """Fold events in canonical order into the draft."""
    events, conflicts = sequence
    done = 0
    for position in sorted(conflicts):
        run(draft, events[done:position])
        _refuse_conflict(draft, events[position])
        done = position + 1
    run(draft, events[done:] if done else events)


def step(draft: Draft, event: FoldEvent) -> None:
    """Fold one event. In strict mode an event that is refused raises and leaves no trace."""
    run(draft, (event,))


def run(draft: Draft, events: Sequence[FoldEvent]) -> None:
    """Fold events whose ids do not conflict: payload, mission, membership, the rule of its row, in this order (R5)."""
    mission_id = draft.mission_id
    draft.mission_id = mission_id or _first_mission(events)
    try:
        for event in events:
            payload = event.payload
            if payload is None:
                draft.refuse(malformed(event))
            else:
                HANDLERS[event.event_type](draft, event, payload)
    except EventRefusedError as refusal:
        draft.mission_id = mission_id
        raise _placed(refusal, event) from None
    if events:
        draft.event_count += len(events)
        draft.last_event_id = events[-1].event_id


def _first_mission(events: Sequence[FoldEvent]) -> str:
    """Find the mission that the first well-formed payload names (S1)."""
    return next((event.payload.mission_id for event in events if event.payload is not None), "")


def _refuse_conflict(draft: Draft, event: FoldEvent) -> None:
    try:
        draft.refuse(conflict(event))
    except EventRefusedError as refusal:
        raise _placed(refusal, event) from None


def _placed(refusal: EventRefusedError, event: FoldEvent) -> EventRefusedError:
    """Say where the event stands; one that is surely valid does not know its place."""
    refusal.index = getattr(event, "index", None)
    return refusal
