"""The live loop for Python: what `POST /admit` does, as a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mission_collaboration.admission.advice import Advisory, advise_on_accumulator
from mission_collaboration.admission.batch import Batch, read_batch
from mission_collaboration.admission.checkpoint import RECENT_EVENTS, read_checkpoint, write_checkpoint
from mission_collaboration.admission.errors import LateEventsError
from mission_collaboration.admission.mission import MAX_CLOCK_STEP, Mission, admit_events
from mission_collaboration.admission.verdicts import LATE_EVENT, Outcome, Verdict
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.snapshot import encode

OnLate = Literal["reject", "refuse"]


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a batch."""

    state: ReducedCollaborationState
    """The mission with everything that was accepted so far."""
    checkpoint: str
    """Where to go on: to be stored, and handed in with the next batch."""
    results: tuple[Verdict, ...]
    """One verdict an event, in input order."""
    advisories: tuple[Advisory, ...]
    """Overlaps in this state that nobody has warned of."""

    def count(self, verdict: Outcome) -> int:
        """Count the events with this verdict."""
        return sum(result.verdict == verdict for result in self.results)


def admit(
    events: Sequence[Any],
    *,
    checkpoint: str | None = None,
    roster: Mapping[str, ParticipantIdentity] | None = None,
    on_late: OnLate = "reject",
    max_clock_step: int = MAX_CLOCK_STEP,
    recent_events: int = RECENT_EVENTS,
) -> Admission:
    """Fold a batch into a mission from where `checkpoint` left it, under strict rules; pure.

    Each event, an `Event` or what ought to be one, is judged by itself in canonical order and has its verdict:
    accepted, duplicate, ignored, or rejected with the reason, and then it leaves no trace. The state is byte for byte
    what `reduce_collaboration_events` gives in strict mode for everything accepted so far, however the history was cut
    into batches. `roster` seeds participants at the very start. An event that sorts at or before what was folded is
    rejected as `late-event`, or refuses the batch with `LateEventsError` when `on_late` is `refuse`; to take it in,
    resume from an earlier checkpoint. `recent_events` says of how many accepted events the checkpoint remembers id and
    content, so that sent again they are duplicates. Raises `BadCheckpointError` for what is no checkpoint.
    """
    if on_late not in get_args(OnLate):
        raise ValueError(f"on_late must be 'reject' or 'refuse', not {on_late!r}")
    if checkpoint is not None and roster is not None:
        raise ValueError("roster seeds a mission at its start; a checkpoint has its participants already")
    if recent_events < 1:
        raise ValueError("recent_events must be 1 or more: the last event accepted is always remembered")
    mission = start(roster) if checkpoint is None else read_checkpoint(checkpoint)
    results = admit_batch(mission, read_batch(events), on_late, max_clock_step)
    state = encode(mission.accumulator)
    return Admission(
        state=ReducedCollaborationState.model_validate_json(state),
        checkpoint=write_checkpoint(mission, state, recent=recent_events),
        results=tuple(results),
        advisories=tuple(map(Advisory.model_validate, advise_on_accumulator(mission.accumulator))),
    )


def start(roster: Mapping[str, ParticipantIdentity] | None = None) -> Mission:
    """Start a mission of which nothing was folded yet (R2)."""
    return Mission(Accumulator(strict=True, roster=roster))


def admit_batch(mission: Mission, batch: Batch, on_late: OnLate, max_clock_step: int) -> list[Verdict]:
    """Admit the events of a batch and give all verdicts in input order; raises `LateEventsError` if asked to."""
    events, others = batch
    verdicts = sorted([*admit_events(mission, events, max_clock_step), *others], key=lambda verdict: verdict.index)
    late = [verdict for verdict in verdicts if verdict.code == LATE_EVENT] if on_late == "refuse" else ()
    if late:
        raise LateEventsError(late)
    return verdicts
