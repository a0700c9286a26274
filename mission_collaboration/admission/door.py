"""The door: which events of a batch are let into the window, and why others are not (L6, L7)."""

from dataclasses import dataclass
from typing import Final

from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.remembered import current_hash
from mission_collaboration.admission.verdicts import CLOCK_JUMP, LATE_EVENT, Fate, Verdict, judged
from mission_collaboration.contract.errors import Location, MalformedPayloadError
from mission_collaboration.decoding.batch import INVALID_ENVELOPE, MOST_EXPLAINED, Batch, FoldEvent, explained
from mission_collaboration.decoding.events import malformed
from mission_collaboration.reducer.accumulator import other_mission, too_many_named
from mission_collaboration.reducer.content import same_content
from mission_collaboration.reducer.ordering import UNCLOCKED, conflict, in_order, sort_key

CLOCK: Final[Location] = ("lamport_clock",)
EPOCH_MILLISECONDS: Final = range(10**11, 10**14)
"""Times from 1973 to 5138, in milliseconds: what a clock is set to by mistake."""
IS_LATE: Final = "The event sorts at or before the horizon; go back to a checkpoint whose horizon lies before it"
UNCLOCKED_IS_LATE: Final = (
    "The horizon has a clock, and an event without one sorts before every clock; keep a mission clocked throughout, "
    "or unclocked throughout"
)


@dataclass(frozen=True, slots=True)
class Screened:
    """A batch after the door."""

    verdicts: list[Verdict]
    """On the events that were stopped."""
    new: list[tuple[int, FoldEvent]]
    """The events that were let in, with their indices."""
    copies: list[tuple[int, FoldEvent]]
    """The events that say what another one says, which is held or was let in before."""


class Door:
    """Screens the events of one batch, in canonical order."""

    def __init__(self, mission: Mission, max_clock_step: int | None, max_named: float) -> None:
        self.mission_id = mission.mission_id
        """The mission; the first event that is let in decides it where nothing did before."""
        self.let_in: Final[dict[str, FoldEvent]] = {}
        """The new events, by id."""
        self._held: Final = mission.held
        self._remembered: Final = mission.remembered
        window, horizon = mission.window, mission.horizon
        self._passed: Final = None if horizon is None else sort_key(horizon)
        self._max_clock_step: Final = max_clock_step
        self._max_named: Final = max_named
        newest = window[-1] if window else horizon
        self._clock = newest.lamport_clock if newest else None
        self._explained = 0

    def screen(self, batch: Batch) -> Screened:
        """Screen every event."""
        index_of = dict(zip(map(id, batch.events), batch.indices, strict=True))
        verdicts = [Verdict(event.index, event.event_id, event.event_type, "ignored") for event in batch.others]
        for broken, found in explained(batch.broken):
            why = Fate("rejected", INVALID_ENVELOPE)
            if found is not None:
                location, violation = found
                why = Fate("rejected", INVALID_ENVELOPE, violation.message, location)
            verdicts.append(judged(broken.index, broken, why))
        screened = Screened(verdicts, [], [])
        for event in in_order(batch.events):
            index = index_of[id(event)]
            if not self.knows(event.event_id):
                fate = self.stops(event)
                if fate is None:
                    screened.new.append((index, event))
            elif self.has_same(event):
                fate = None
                screened.copies.append((index, event))
            else:
                fate = Fate.of(conflict(event))
            if fate is not None:
                verdicts.append(judged(index, event, fate))
        return screened

    def knows(self, event_id: str) -> bool:
        """Whether an event of this id is held, is remembered, or was let in before."""
        return event_id in self.let_in or event_id in self._held or event_id in self._remembered.positions

    def has_same(self, event: FoldEvent) -> bool:
        """Whether the event that took this id, held or let in before, says the same (R30)."""
        if first := self.let_in.get(event.event_id):
            return same_content(first, event)
        if held := self._held.get(event.event_id):
            return held.content_hash == current_hash(event)
        return self._remembered.has_same(event)

    def stops(self, event: FoldEvent) -> Fate | None:
        """Let a new event in, or tell what stops it."""
        payload = event.payload
        if payload is None:
            return self._malformed(event)
        if (named := len(getattr(payload, "participant_ids", ()))) > self._max_named:
            return Fate.of(too_many_named(event, named, self._max_named))
        if payload.mission_id != self.mission_id and self.mission_id is not None:
            return Fate.of(other_mission(event, self.mission_id))
        if self._passed is not None and sort_key(event) <= self._passed:
            has_no_clock = event.lamport_clock is None and self._passed[0] != UNCLOCKED
            return Fate("rejected", LATE_EVENT, UNCLOCKED_IS_LATE if has_no_clock else IS_LATE, CLOCK)
        if (jump := self._jump(event.lamport_clock)) is not None:
            return jump
        self.mission_id = payload.mission_id
        self.let_in[event.event_id] = event
        return None

    def _malformed(self, event: FoldEvent) -> Fate:
        self._explained += 1
        if self._explained > MOST_EXPLAINED:
            return Fate("rejected", MalformedPayloadError.code)
        return Fate.of(malformed(event))

    def _jump(self, clock: int | None) -> Fate | None:
        """Move the highest clock on, or tell that this one is too far ahead of it (L7)."""
        if clock is None:
            return None
        highest, most = self._clock, self._max_clock_step
        if highest is not None and most is not None and clock - highest > most:
            detail = f"The clock {clock} is more than {most} ahead of {highest}, the highest so far"
            if clock in EPOCH_MILLISECONDS:
                detail += "; it looks like a time in milliseconds, but a Lamport clock counts events"
            return Fate("rejected", CLOCK_JUMP, detail, CLOCK)
        self._clock = clock if highest is None else max(clock, highest)
        return None
