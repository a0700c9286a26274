"""What a batch does to a mission: every event is asked at the door, and those let in are merged (contract §9)."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Literal

from mission_collaboration.admission.door import Door, reused_id
from mission_collaboration.admission.errors import LateEventsError
from mission_collaboration.admission.merge import Memory, Merged, merge
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.verdicts import (
    ACCEPTED,
    LATE_EVENT,
    Fate,
    Revision,
    Standing,
    Verdict,
)
from mission_collaboration.admission.window import WindowEvent
from mission_collaboration.decoding.batch import INVALID_ENVELOPE, MOST_EXPLAINED, Batch, BrokenEvent, FoldEvent
from mission_collaboration.reducer.ordering import in_order

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
class Admitted:
    """What a batch did."""

    merged: Merged
    verdicts: list[Verdict]
    """One an event, in input order."""
    revised: list[Revision]
    """What changed of events of earlier batches, in canonical order."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A batch after the door."""

    verdicts: list[Verdict]
    """On the events that were stopped."""
    new: list[tuple[int, FoldEvent]]
    """The events that were let in, with their indices."""
    copies: list[tuple[int, FoldEvent]]
    """The events that say what another one says, which is held or was let in before."""


def admit_batch(mission: Mission, batch: Batch, options: Options) -> Admitted:
    """Admit a batch to a mission; raises `LateEventsError` if asked to, and then nothing was done."""
    door = Door(mission, options.max_clock_step, options.max_named)
    asked = _ask(door, batch)
    if options.on_late == "refuse" and (late := [verdict for verdict in asked.verdicts if verdict.code == LATE_EVENT]):
        raise LateEventsError(sorted(late, key=_index))
    merged = merge(mission, door.mission_id, door.let_in.values(), options.memory, settle=options.settle)
    fates = merged.fates
    verdicts = asked.verdicts
    verdicts += [judged(index, event, fates.get(event.event_id, ACCEPTED)) for index, event in asked.new]
    for index, event in asked.copies:
        fate = fates.get(event.event_id, ACCEPTED)
        if fate.verdict == "rejected":  # this very request rejects the first one
            verdicts.append(judged(index, event, fate))
        else:
            verdicts.append(Verdict(index, event.event_id, event.event_type, "duplicate", fate.verdict))
    return Admitted(merged, sorted(verdicts, key=_index), list(_revisions(mission.window, fates)))


def _ask(door: Door, batch: Batch) -> _Asked:
    """Ask every event at the door, in canonical order."""
    index_of = dict(zip(map(id, batch.events), batch.indices, strict=True))
    verdicts = [Verdict(event.index, event.event_id, event.event_type, "ignored") for event in batch.others]
    for number, broken in enumerate(batch.broken):
        why = Fate("rejected", INVALID_ENVELOPE)
        if number < MOST_EXPLAINED:
            location, violation = next(broken.violations())
            why = Fate("rejected", INVALID_ENVELOPE, violation.message, location)
        verdicts.append(judged(broken.index, broken, why))
    asked = _Asked(verdicts, [], [])
    for event in in_order(batch.events):
        index = index_of[id(event)]
        if not door.knows(event.event_id):
            fate = door.stops(event)
            if fate is None:
                asked.new.append((index, event))
        elif door.has_same(event):
            fate = None
            asked.copies.append((index, event))
        else:
            fate = reused_id(event.event_id)
        if fate is not None:
            verdicts.append(judged(index, event, fate))
    return asked


def judged(index: int, event: FoldEvent | BrokenEvent, fate: Fate) -> Verdict:
    """Make the verdict on an event."""
    verdict, code, detail, location = fate
    return Verdict(index, event.event_id, event.event_type, verdict, None, code, detail, location)


def _revisions(window: list[WindowEvent], fates: Mapping[str, Fate]) -> Iterator[Revision]:
    """Find the events of earlier batches whose verdict or code changed, in canonical order (L5)."""
    for event in window:
        if event.code is None and event.event_id not in fates:
            continue
        was: Standing = "pending" if event.code else "accepted"
        fate = fates.get(event.event_id, ACCEPTED)
        if (fate.verdict, fate.code) != (was, event.code):
            yield Revision(event.event_id, event.event_type, was, fate.verdict, fate.code, fate.detail)
