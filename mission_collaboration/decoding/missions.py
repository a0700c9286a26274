"""Parts a batch of many missions into one batch a mission."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mission_collaboration.contract.errors import Location
from mission_collaboration.decoding.batch import (
    INVALID_ENVELOPE,
    MOST_EXPLAINED,
    Batch,
    BrokenEvent,
    FoldEvent,
    mission_of,
)
from mission_collaboration.decoding.events import malformed


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A collaboration event that names no mission."""

    index: int
    """Its index in the batch as sent, from 0."""
    event_id: str | None
    event_type: str | None
    code: str
    """What is wrong with it: its envelope, or its payload."""
    detail: str | None
    """The same in a sentence."""
    location: Location | None
    """Where in the event."""


class Parted(NamedTuple):
    """A batch by mission."""

    missions: Mapping[str, Batch]
    """Mission → its collaboration events, broken ones that name it included; indices are those of the whole batch."""
    unassigned: Sequence[Unassigned]
    """The collaboration events that name no mission, in input order."""


def part_by_mission(batch: Batch) -> Parted:
    """Give each event to the mission that its payload names, whether or not the rest of the event fits."""
    events: dict[str, list[FoldEvent]] = defaultdict(list)
    indices: dict[str, list[int]] = defaultdict(list)
    broken: dict[str, list[BrokenEvent]] = defaultdict(list)
    nowhere: list[tuple[int, FoldEvent | BrokenEvent]] = []
    for index, event in zip(batch.indices, batch.events, strict=True):
        mission_id = mission_of(event)
        if mission_id is None:
            nowhere.append((index, event))
        else:
            events[mission_id].append(event)
            indices[mission_id].append(index)
    for fragment in batch.broken:
        if fragment.mission_id is None:
            nowhere.append((fragment.index, fragment))
        else:
            broken[fragment.mission_id].append(fragment)
    missions = {}
    for mission_id in sorted(events.keys() | broken.keys()):
        ours, theirs = events.get(mission_id, []), broken.get(mission_id, [])
        missions[mission_id] = Batch(ours, indices.get(mission_id, []), (), theirs, len(ours) + len(theirs))
    nowhere.sort(key=lambda placed: placed[0])
    return Parted(missions, [_unassigned(number, *placed) for number, placed in enumerate(nowhere)])


def _unassigned(number: int, index: int, event: FoldEvent | BrokenEvent) -> Unassigned:
    code = INVALID_ENVELOPE if isinstance(event, BrokenEvent) else "malformed-payload"
    if number >= MOST_EXPLAINED:
        return Unassigned(index, event.event_id, event.event_type, code, None, None)
    if isinstance(event, BrokenEvent):
        location, violation = next(event.violations())
        return Unassigned(index, event.event_id, event.event_type, code, violation.message, location)
    refusal = malformed(event)
    return Unassigned(index, event.event_id, event.event_type, code, refusal.reason, refusal.location)
