"""A mission between two batches: the state at the horizon, the window behind it, and what is remembered (L3, L8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from mission_collaboration.admission.errors import NO_MISSION, BadCheckpointError, CheckpointMissionError
from mission_collaboration.admission.horizon import Horizon, Place, read_state, write_start
from mission_collaboration.admission.remembered import Remembered
from mission_collaboration.admission.window import WindowEvent
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import fold_accepted


@dataclass(frozen=True)
class Mission:
    """A mission between two batches; a batch makes a new one of it."""

    mission_id: str | None
    """None while nothing decided it."""
    state: bytes
    """The account at the horizon, as `Horizon.write` writes it."""
    horizon: Place | None = None
    """The place of the newest settled event, accepted or rejected."""
    window: list[WindowEvent] = field(default_factory=list)
    """The newest events, accepted and pending, in canonical order."""
    remembered: Remembered = field(default_factory=Remembered)

    @cached_property
    def held(self) -> Mapping[str, WindowEvent]:
        """The events in the window, by id."""
        return {event.event_id: event for event in self.window}

    @cached_property
    def pending(self) -> Sequence[WindowEvent]:
        """The events in the window that are pending, in canonical order."""
        return [event for event in self.window if event.code is not None]

    @property
    def size(self) -> int:
        """How many bytes it has, roughly, while it is worked on."""
        return len(self.state) + sum([event.content_bytes for event in self.window])

    def at_horizon(self) -> Horizon:
        """Open the account at the horizon, to be folded on; raises `BadCheckpointError` for one that is none."""
        try:
            state = read_state(self.state)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise BadCheckpointError(NO_MISSION) from None
        return Horizon(state, self.mission_id)

    def fold(self) -> Accumulator:
        """Fold the window on top of the account at the horizon: everything accepted so far."""
        accumulator = self.at_horizon().accumulator
        fold_accepted(accumulator, self.window)
        return accumulator

    def moved_on(
        self,
        events: Sequence[FoldEvent],
        start: int,
        refused: Mapping[int, EventRefusedError],
        *,
        state: bytes,
        recent_events: int,
    ) -> "Mission":
        """Return the mission with its window cut to begin at position `start`, and its horizon right before that.

        `events` are all events held, in canonical order. `refused` has those that could not be applied, by position.
        `state` is what the events up to the new horizon come to.
        """
        window: list[Any] = list(events[start:])
        if refused or self.pending:
            for place, event in enumerate(window):
                refusal = refused.get(start + place)
                window[place] = event.standing(None if refusal is None else refusal.code)
        horizon, remembered = self.horizon, self.remembered
        if start:
            newest = events[start - 1]
            horizon = Place(newest.lamport_clock, newest.timestamp, newest.event_id)
            accepted = [event for position, event in enumerate(events[:start]) if position not in refused]
            remembered = remembered.followed_by(accepted, recent_events)
        return Mission(self.mission_id, state, horizon, window, remembered)


def start_mission(mission_id: str | None = None, roster: Mapping[str, ParticipantIdentity] | None = None) -> Mission:
    """Start a mission of which nothing was sent yet (R2)."""
    return Mission(mission_id, write_start(roster))


def pinned(mission: Mission, mission_id: str | None) -> Mission:
    """Hold a mission against the one that is named; raises `CheckpointMissionError`."""
    if mission_id is None or mission_id == mission.mission_id:
        return mission
    if mission.mission_id is not None:
        raise CheckpointMissionError(mission.mission_id, mission_id)
    return replace(mission, mission_id=mission_id)
