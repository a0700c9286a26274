"""The fold, and the function that the whole service is about (contract §5)."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.events import malformed, read_events
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import HANDLERS
from mission_collaboration.reducer.ordering import CanonicalSequence, canonical, conflict
from mission_collaboration.reducer.snapshot import freeze

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
    participants as already joined: participant id → identity. O(n log n) for any events (R40).
    """
    if mode not in MODES:
        raise ValueError(f"mode must be 'strict' or 'permissive', not {mode!r}")
    accumulator = Accumulator(strict=mode == "strict", roster=roster)
    batch = read_events(events)
    try:
        fold(accumulator, canonical(batch.events))
    except EventRefusedError as refusal:
        refusal.index = batch.index_of(refusal.event)
        raise
    return freeze(accumulator)


def fold(accumulator: Accumulator, sequence: CanonicalSequence[FoldEvent]) -> None:
    """Fold events in canonical order."""
    events, conflicts = sequence
    done = 0
    for position in sorted(conflicts):
        run(accumulator, events[done:position])
        accumulator.refuse(conflict(events[position]))
        done = position + 1
    run(accumulator, events[done:] if done else events)


def step(accumulator: Accumulator, event: FoldEvent) -> None:
    """Fold one event, once the mission is decided. One that strict mode refuses raises and leaves no trace."""
    payload = event.payload
    if payload is None:
        accumulator.refuse(malformed(event))
    else:
        HANDLERS[event.event_type](accumulator, event, payload)
    accumulator.event_count += 1
    accumulator.last_event_id = event.event_id


def run(accumulator: Accumulator, events: Sequence[FoldEvent]) -> None:
    """Fold events whose ids do not conflict: payload, mission, membership, the rule of its row, in this order (R5)."""
    mission_id = accumulator.mission_id
    if not mission_id:  # the first well-formed payload names it (S1)
        accumulator.mission_id = next((event.payload.mission_id for event in events if event.payload is not None), "")
    try:
        for event in events:
            payload = event.payload
            if payload is None:
                accumulator.refuse(malformed(event))
            else:
                HANDLERS[event.event_type](accumulator, event, payload)
    except EventRefusedError as refusal:
        accumulator.mission_id = mission_id
        refusal.event = event
        raise
    if events:
        accumulator.event_count += len(events)
        accumulator.last_event_id = events[-1].event_id


def fold_accepted(accumulator: Accumulator, events: Sequence[FoldEvent]) -> dict[int, EventRefusedError]:
    """Fold the events that strict mode accepts, one by one, and give the refusals of the others by their position.

    The events are in canonical order, of one mission, with sound payloads and different ids.
    """
    refused: dict[int, EventRefusedError] = {}
    position = -1
    for position, event in enumerate(events):
        try:
            HANDLERS[event.event_type](accumulator, event, event.payload)
        except EventRefusedError as refusal:
            refused[position] = refusal
    accumulator.event_count += len(events) - len(refused)
    while position in refused:
        position -= 1
    if position >= 0:
        accumulator.last_event_id = events[position].event_id
    return refused
