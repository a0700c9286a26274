"""The live loop for several missions at once: what `POST /missions/admit` does, as a function."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mission_collaboration.admission.admit import Admission, Answer, admission_of, check_arguments
from mission_collaboration.admission.batch import MAX_CLOCK_STEP, OnLate, Options, judged
from mission_collaboration.admission.checkpoint import read_checkpoint
from mission_collaboration.admission.merge import RECENT_EVENTS, Memory
from mission_collaboration.admission.mission import Mission, start_mission
from mission_collaboration.admission.verdicts import MISSION_NOT_NAMED, Fate, Outcome, Verdict
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.missions import Unassigned, part_by_mission

NOT_NAMED: Final = "The request names no mission of this id; look its checkpoint up, name it and send the event again"
REFUSED: Final = "The mission is refused as a whole; its problem says why"


@dataclass(frozen=True, slots=True)
class MissionToAdmit:
    """Where a mission stands before a batch."""

    checkpoint: str | None = None
    """None for a new mission."""
    roster: Mapping[str, ParticipantIdentity] | None = None
    """Who had joined before the start; not beside a checkpoint."""


@dataclass(frozen=True, slots=True)
class MissionsAdmission:
    """What became of a batch of several missions."""

    results: tuple[Verdict, ...]
    """One verdict an event, in input order."""
    missions: Mapping[str, Admission | SpecKittyEventsError]
    """What became of each mission that has an event in the batch, or why it was refused and stands where it stood."""

    def count(self, verdict: Outcome) -> int:
        """Count the events with this verdict."""
        return sum(result.verdict == verdict for result in self.results)


def admit_missions(
    events: Sequence[Any],
    missions: Mapping[str, MissionToAdmit],
    *,
    answer: Answer = "state",
    settle: bool = False,
    on_late: OnLate = "reject",
    max_clock_step: int | None = MAX_CLOCK_STEP,
    window_events: int = WindowBounds().events,
    window_bytes: int = WindowBounds().bytes,
    recent_events: int = RECENT_EVENTS,
) -> MissionsAdmission:
    """Admit a batch that holds events of several missions, each of which is what `admit` makes of its events alone.

    `missions` names every mission of which the batch may hold events. An event of another one is rejected as
    `mission-not-named` and changes nothing. Where a mission is refused as a whole, its error stands for it and the
    others go on.
    """
    check_arguments(answer, on_late, window_events, window_bytes, recent_events)
    memory = Memory(WindowBounds(window_events, window_bytes), recent_events)
    options = Options(settle, on_late, max_clock_step, memory=memory)
    batch = read_batch(events)
    parted = part_by_mission(batch)
    verdicts = list(stopped_verdicts(batch, parted.unassigned))
    admitted: dict[str, Admission | SpecKittyEventsError] = {}
    for mission_id, own in parted.missions.items():
        if mission_id not in missions:
            verdicts += not_named(mission_id, own)
            continue
        try:
            admission = admission_of(_begun(missions[mission_id], mission_id), mission_id, own, options, answer)
        except SpecKittyEventsError as refusal:
            admitted[mission_id] = refusal
            verdicts += refused(mission_id, own, refusal.code)
        else:
            admitted[mission_id] = admission
            verdicts += of_mission(mission_id, admission.results)
    return MissionsAdmission(tuple(sorted(verdicts, key=lambda verdict: verdict.index)), admitted)


def stopped_verdicts(batch: Batch, unassigned: Iterable[Unassigned]) -> Iterator[Verdict]:
    """Judge the events that belong to no mission."""
    for event in batch.others:
        yield Verdict(event.index, event.event_id, event.event_type, "ignored")
    for lost in unassigned:
        names = lost.index, lost.event_id, lost.event_type
        yield Verdict(*names, "rejected", code=lost.code, detail=lost.detail, location=lost.location)


def not_named(mission_id: str, batch: Batch) -> list[Verdict]:
    """Reject the events of a mission that the request does not name."""
    return _rejected(mission_id, batch, Fate("rejected", MISSION_NOT_NAMED, NOT_NAMED, ("payload", "mission_id")))


def refused(mission_id: str, batch: Batch, code: str) -> list[Verdict]:
    """Reject the events of a mission that is refused as a whole."""
    return _rejected(mission_id, batch, Fate("rejected", code, REFUSED, ()))


def of_mission(mission_id: str, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Let verdicts say to which mission their events belong."""
    for verdict in verdicts:
        verdict.mission_id = mission_id
        yield verdict


def _rejected(mission_id: str, batch: Batch, fate: Fate) -> list[Verdict]:
    verdicts = [judged(index, event, fate) for index, event in zip(batch.indices, batch.events, strict=True)]
    verdicts += [judged(event.index, event, fate) for event in batch.broken]
    return list(of_mission(mission_id, verdicts))


def _begun(mission: MissionToAdmit, mission_id: str) -> Mission:
    if mission.checkpoint is None:
        return start_mission(mission_id, mission.roster)
    if mission.roster is not None:
        raise ValueError("roster seeds a mission at its start; a checkpoint has its participants already")
    return read_checkpoint(mission.checkpoint)
