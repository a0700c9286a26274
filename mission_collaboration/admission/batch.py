"""What a batch does to a mission: every event is screened at the door, and those let in are merged (contract §9)."""

import math
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal

from mission_collaboration.admission.door import Door
from mission_collaboration.admission.errors import LateEventsError
from mission_collaboration.admission.merge import Memory, Merged, merge
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.verdicts import ACCEPTED, LATE_EVENT, Revision, Verdict, judged
from mission_collaboration.decoding.batch import Batch

MAX_CLOCK_STEP: Final = 1_000_000
"""How far above the highest clock held an event's clock may be, unless the caller says otherwise."""
OnLate = Literal["reject", "refuse"]
_index: Final = attrgetter("index")


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller asks of a batch."""

    settle: bool = False
    on_late: OnLate = "reject"
    max_clock_step: int | None = MAX_CLOCK_STEP
    """None for no such gate."""
    max_named: float = math.inf
    """How many participants a warning may name."""
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class AdmittedBatch:
    """What a batch did."""

    merged: Merged
    verdicts: list[Verdict]
    """One an event, in input order."""
    revised: list[Revision]
    """What changed of events of earlier batches, in canonical order."""


def admit_batch(mission: Mission, batch: Batch, options: Options) -> AdmittedBatch:
    """Admit a batch to a mission; raises `LateEventsError` if asked to, and then nothing was done."""
    door = Door(mission, options.max_clock_step, options.max_named)
    screened = door.screen(batch)
    verdicts = screened.verdicts
    if options.on_late == "refuse" and (late := [verdict for verdict in verdicts if verdict.code == LATE_EVENT]):
        raise LateEventsError(sorted(late, key=_index))
    merged = merge(mission, door.mission_id, door.let_in.values(), options.memory, settle=options.settle)
    fates = merged.fates
    verdicts += [judged(index, event, fates.get(event.event_id, ACCEPTED)) for index, event in screened.new]
    for index, event in screened.copies:
        fate = fates.get(event.event_id, ACCEPTED)
        if fate.verdict == "rejected":  # this very request rejects the first one
            verdicts.append(judged(index, event, fate))
        else:
            verdicts.append(Verdict(index, event.event_id, event.event_type, "duplicate", fate.verdict))
    return AdmittedBatch(merged, sorted(verdicts, key=_index), list(merged.revisions(mission)))
