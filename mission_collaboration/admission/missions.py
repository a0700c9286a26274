"""The live loop for several missions at once: what `POST /missions/admit` does, as a function."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mission_collaboration.admission.admit import Admission, Answer, admission_of, begin, check_arguments, check_roster
from mission_collaboration.admission.batch import MAX_CLOCK_STEP, OnLate, Options
from mission_collaboration.admission.merge import RECENT_EVENTS, Memory
from mission_collaboration.admission.verdicts import MISSION_NOT_NAMED, Fate, Outcome, Verdict, judged
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.missions import Unassigned, part_by_mission

NOT_NAMED: Final = Fate(
    "rejected",
    MISSION_NOT_NAMED,
    "The request names no mission of this id; look its checkpoint up, name it and send the event again",
    ("payload", "mission_id"),
)


@dataclass(frozen=True, slots=True)
class MissionToAdmit:
    """Where a mission stands before a batch."""

    checkpoint: str | None = None
    """None for a new mission."""
    roster: Mapping[str, ParticipantIdentity] | None = None
    """Who had joined before the start; not beside a checkpoint."""

    def __post_init__(self) -> None:
        """Refuse a roster beside a checkpoint with a `ValueError`."""
        check_roster(self.checkpoint, self.roster)


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
            verdicts += rejected(mission_id, own, NOT_NAMED)
            continue
        mission = missions[mission_id]
        try:
            before = begin(mission_id, mission.checkpoint, mission.roster)
            admission = admission_of(before, mission_id, own, options, answer)
        except SpecKittyEventsError as refusal:
            admitted[mission_id] = refusal
            verdicts += rejected(mission_id, own, of_refused_mission(refusal.code))
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


def of_refused_mission(code: str) -> Fate:
    """Return the fate of the events of a mission that is refused as a whole, for the reason of this code."""
    return Fate("rejected", code, "The mission is refused as a whole; its problem says why", ())


def rejected(mission_id: str, batch: Batch, fate: Fate) -> list[Verdict]:
    """Reject all events of a mission, with the same code and detail."""
    verdicts = [judged(index, event, fate) for index, event in zip(batch.indices, batch.events, strict=True)]
    verdicts += [judged(event.index, event, fate) for event in batch.broken]
    return list(of_mission(mission_id, verdicts))


def of_mission(mission_id: str, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Let verdicts say to which mission their events belong."""
    for verdict in verdicts:
        verdict.mission_id = mission_id
        yield verdict
