"""The live loop for Python: what `POST /admit` does, as a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mission_collaboration.admission.advice import Advisory, advise_on_accumulator
from mission_collaboration.admission.batch import MAX_CLOCK_STEP, OnLate, Options, admit_batch
from mission_collaboration.admission.changes import state_changes
from mission_collaboration.admission.checkpoint import read_checkpoint, write_checkpoint
from mission_collaboration.admission.horizon import Link, Place
from mission_collaboration.admission.merge import RECENT_EVENTS, Memory
from mission_collaboration.admission.mission import Mission, pinned, start_mission
from mission_collaboration.admission.verdicts import Outcome, Revision, Verdict
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.state import (
    Change,
    CollaborationAnomaly,
    CommentEntry,
    DecisionEntry,
    ReducedCollaborationState,
)
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.reducer.snapshot import freeze

Answer = Literal["state", "changes", "none"]


@dataclass(frozen=True, slots=True)
class Settled:
    """Entries that cannot change any more, handed out once (L8)."""

    comments: tuple[CommentEntry, ...]
    decisions: tuple[DecisionEntry, ...]
    linked_sessions: tuple[Link, ...]
    anomalies: tuple[CollaborationAnomaly, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a batch."""

    mission_id: str | None
    """The mission; None while nothing decided it."""
    state: ReducedCollaborationState | None
    """The mission with everything that is accepted, minus what was handed out; None unless asked for."""
    changes: tuple[Change, ...] | None
    """How the state before became this one, as JSON Patch; None unless asked for."""
    checkpoint: str
    """Where to go on: to be stored, and handed in with the next batch."""
    horizon: Place | None
    """What sorts at or before this place is late; None while everything is in the window."""
    results: tuple[Verdict, ...]
    """One verdict an event, in input order."""
    revised: tuple[Revision, ...]
    """What changed of events of earlier batches, in canonical order."""
    settled: Settled | None
    """The entries that left the state for good; None unless asked for."""
    advisories: tuple[Advisory, ...]
    """Overlaps in this state of which no warning was given."""

    def count(self, verdict: Outcome) -> int:
        """Count the events with this verdict."""
        return sum(result.verdict == verdict for result in self.results)


def admit(
    events: Sequence[Any],
    *,
    mission_id: str | None = None,
    checkpoint: str | None = None,
    roster: Mapping[str, ParticipantIdentity] | None = None,
    answer: Answer = "state",
    settle: bool = False,
    on_late: OnLate = "reject",
    max_clock_step: int | None = MAX_CLOCK_STEP,
    window_events: int = WindowBounds().events,
    window_bytes: int = WindowBounds().bytes,
    recent_events: int = RECENT_EVENTS,
) -> Admission:
    """Fold a batch into a mission from where `checkpoint` left it, under strict rules; pure (contract §9).

    `events` may come late, twice, out of order and in any batches: the newest `window_events` of a mission, or as
    many as have `window_bytes`, are folded again with each batch, so a late event takes its place among them. Each
    event, an `Event` or what ought to be one, has its verdict in `results`; `revised` tells which earlier verdicts
    changed. The state is byte for byte what `reduce_collaboration_events` gives in strict mode for the events that are
    accepted now. `mission_id` pins the mission, `roster` seeds participants at the very start.

    What leaves the window is settled: an event that sorts before it is rejected as `late-event`, or refuses the batch
    with `LateEventsError` when `on_late` is `refuse`. The ids of the last `recent_events` that were settled are
    remembered. With `settle`, entries that cannot change any more are handed out once and leave the state.
    Raises `BadCheckpointError` for what is no checkpoint, and `CheckpointMissionError` for one of another mission.
    """
    check_arguments(answer, on_late, window_events, window_bytes, recent_events)
    check_roster(checkpoint, roster)
    before = begin(mission_id, checkpoint, roster)
    memory = Memory(WindowBounds(window_events, window_bytes), recent_events)
    options = Options(settle, on_late, max_clock_step, memory=memory)
    return admission_of(before, mission_id, read_batch(events), options, answer)


def begin(mission_id: str | None, checkpoint: str | None, roster: Mapping[str, ParticipantIdentity] | None) -> Mission:
    """Start a mission, or go on from its checkpoint; raises `BadCheckpointError`."""
    return start_mission(mission_id, roster) if checkpoint is None else read_checkpoint(checkpoint)


def check_roster(checkpoint: str | None, roster: Mapping[str, ParticipantIdentity] | None) -> None:
    """Raise `ValueError` for a roster beside a checkpoint."""
    if checkpoint is not None and roster is not None:
        raise ValueError("roster seeds a mission at its start; a checkpoint has its participants already")


def admission_of(before: Mission, mission_id: str | None, batch: Batch, options: Options, answer: Answer) -> Admission:
    """Admit a batch that was read to a mission; raises `LateEventsError` and `CheckpointMissionError`."""
    admitted = admit_batch(pinned(before, mission_id), batch, options)
    mission, accumulator = admitted.merged.mission, admitted.merged.accumulator
    settled = None
    if (taken_out := admitted.merged.settled) is not None:
        settled = Settled(
            tuple(CommentEntry.model_validate(entry, from_attributes=True) for entry in taken_out.comments),
            tuple(DecisionEntry.model_validate(entry, from_attributes=True) for entry in taken_out.decisions),
            tuple(taken_out.linked_sessions),
            tuple(CollaborationAnomaly.model_validate(entry, from_attributes=True) for entry in taken_out.anomalies),
        )
    return Admission(
        mission_id=mission.mission_id,
        state=freeze(accumulator) if answer == "state" else None,
        changes=tuple(state_changes(before.fold(), accumulator)) if answer == "changes" else None,
        checkpoint=write_checkpoint(mission),
        horizon=mission.horizon,
        results=tuple(admitted.verdicts),
        revised=tuple(admitted.revised),
        settled=settled,
        advisories=tuple(map(Advisory.model_validate, advise_on_accumulator(accumulator))),
    )


def check_arguments(answer: str, on_late: str, window_events: int, window_bytes: int, recent_events: int) -> None:
    """Raise `ValueError` for what the types cannot refuse."""
    if answer not in get_args(Answer):
        raise ValueError(f"answer must be 'state', 'changes' or 'none', not {answer!r}")
    if on_late not in get_args(OnLate):
        raise ValueError(f"on_late must be 'reject' or 'refuse', not {on_late!r}")
    if min(window_events, window_bytes, recent_events) < 1:
        raise ValueError("window_events, window_bytes and recent_events must be 1 or more")
