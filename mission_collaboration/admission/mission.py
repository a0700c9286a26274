"""Admission: events are judged one at a time in canonical order, and the good ones folded (strict rules, R5).

The promise: the state is byte for byte what strict `/reduce` gives for everything accepted, however the history was
cut into batches.
"""

from collections.abc import Sequence
from typing import Final

from mission_collaboration.admission.recent_events import RecentEvents
from mission_collaboration.admission.verdicts import CLOCK_JUMP, LATE_EVENT, Verdict
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import step
from mission_collaboration.reducer.ordering import SortKey, conflict, in_order, sort_key

MAX_CLOCK_STEP: Final = 1_000_000
"""How far ahead of the last accepted event's clock an event's may be, unless the caller says otherwise."""


class Mission:
    """A mission between two batches: what was folded, up to where, and what was accepted lately."""

    def __init__(
        self, accumulator: Accumulator, watermark: SortKey | None = None, recent: RecentEvents | None = None
    ) -> None:
        self.accumulator: Final = accumulator
        self.watermark = watermark
        """The place in canonical order of the last event accepted; None before the first."""
        self.recent: Final = recent or RecentEvents()

    @property
    def clock(self) -> int:
        """The clock that the next event's is measured from: 0 while nothing with a clock was accepted."""
        return max(0, self.watermark[0] - 1) if self.watermark else 0

    def is_foreign(self, event: ReadEvent) -> bool:
        """Tell whether an event is malformed or another mission's, wherever it stands in time."""
        payload, mission_id = event.payload, self.accumulator.mission_id
        return payload is None or (mission_id != "" and payload.mission_id != mission_id)

    def is_past(self, event: ReadEvent) -> bool:
        """Tell whether an event sorts at or before what was folded."""
        return self.watermark is not None and sort_key(event) <= self.watermark

    def fold(self, event: ReadEvent) -> None:
        """Fold an event; raises `EventRefusedError`, and then leaves no trace."""
        step(self.accumulator, event)
        self.watermark = sort_key(event)
        self.recent.add(event)


def admit_events(mission: Mission, events: Sequence[ReadEvent], max_clock_step: int) -> list[Verdict]:
    """Judge collaboration events in canonical order and fold the good ones; the verdicts come in that order."""
    return [_admitted(mission, event, max_clock_step) for event in in_order(events)]


def _admitted(mission: Mission, event: ReadEvent, max_clock_step: int) -> Verdict:
    """Judge one event: its id, payload and mission, its place in time, then membership and the rule of its row."""
    try:
        if mission.recent.knows(event):
            if mission.recent.has_same(event):
                return Verdict(event.index, event.event_id, event.event_type, "duplicate")
            raise conflict(event)
        if not mission.is_foreign(event):
            if mission.is_past(event):
                return _late(event)
            if (event.lamport_clock or 0) - mission.clock > max_clock_step:
                return _jump(event, mission.clock, max_clock_step)
        mission.fold(event)
    except EventRefusedError as refusal:
        return _rejected(event, refusal.code, refusal.reason, refusal.location)
    return Verdict(event.index, event.event_id, event.event_type, "accepted")


def _late(event: ReadEvent) -> Verdict:
    reason = "The event sorts at or before what the checkpoint has folded; resume from an earlier checkpoint"
    return _rejected(event, LATE_EVENT, reason, ("lamport_clock",))


def _jump(event: ReadEvent, clock: int, most: int) -> Verdict:
    reason = f"The clock {event.lamport_clock} is more than {most} ahead of {clock}, up to where events were folded"
    return _rejected(event, CLOCK_JUMP, reason, ("lamport_clock",))


def _rejected(event: ReadEvent, code: str, reason: str, location: tuple[str | int, ...]) -> Verdict:
    return Verdict(
        event.index, event.event_id, event.event_type, "rejected", code=code, detail=reason, location=location
    )
