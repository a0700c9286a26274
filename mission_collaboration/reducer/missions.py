"""Reduces a batch of several missions: what `POST /missions/reduce` does, as a function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.missions import Unassigned, part_by_mission
from mission_collaboration.decoding.refusals import IN_LIST
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import Mode
from mission_collaboration.reducer.requests import reduce_batch
from mission_collaboration.reducer.snapshot import freeze


@dataclass(frozen=True, slots=True)
class MissionsReduction:
    """What became of a batch of several missions."""

    missions: Mapping[str, ReducedCollaborationState | SpecKittyEventsError]
    """The state of each mission that has an event in the batch, or why it was refused; by mission, in order."""
    total: int
    """How many events there were."""
    ignored: int
    """How many were of other types."""
    unassigned: Sequence[Unassigned]
    """The collaboration events that name no mission."""


def reduce_missions(
    events: Sequence[Any],
    *,
    mode: Mode = "strict",
    rosters: Mapping[str, Mapping[str, ParticipantIdentity]] | None = None,
) -> MissionsReduction:
    """Reduce the events of each mission by themselves; one mission's refusal leaves the others alone.

    An event, an `Event` or what ought to be one, belongs to the mission that its payload names. `rosters` seeds
    participants as already joined: mission → participant id → identity. The state of a mission is what
    `reduce_collaboration_events` gives for its events with that mission pinned.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"mode must be 'strict' or 'permissive', not {mode!r}")
    batch = read_batch(events)
    parted = part_by_mission(batch)
    missions: dict[str, ReducedCollaborationState | SpecKittyEventsError] = {}
    for mission_id, own in parted.missions.items():
        roster = (rosters or {}).get(mission_id)
        accumulator = Accumulator(strict=mode == "strict", roster=roster, mission_id=mission_id)
        try:
            reduce_batch(accumulator, own, IN_LIST)
        except SpecKittyEventsError as refusal:
            missions[mission_id] = refusal
        else:
            missions[mission_id] = freeze(accumulator)
    return MissionsReduction(missions, batch.total, len(batch.others), parted.unassigned)
