"""Merges new events into the window and folds it again from the state at the horizon (L3, L4)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from mission_collaboration.admission.horizon import HandedOut
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.verdicts import ACCEPTED, TOO_MANY_PENDING, Fate, Revision, Standing
from mission_collaboration.admission.window import WindowBounds, fit, window_start
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import fold_accepted
from mission_collaboration.reducer.ordering import by_place

RECENT_EVENTS: Final = 1_000
"""How many accepted events before the horizon are remembered, unless the caller says otherwise."""
NO_ROOM: Final = "and the window has no room for another event that is pending; send it again later"


class Memory(NamedTuple):
    """How much of a mission is held."""

    window: WindowBounds = WindowBounds()
    recent_events: int = RECENT_EVENTS


@dataclass(frozen=True, slots=True)
class Merged:
    """A mission with new events in it."""

    mission: Mission
    accumulator: Accumulator
    """The account of everything accepted."""
    fates: Mapping[str, Fate]
    """Id → what became of it, for the events that are not accepted: old ones in the window and new ones."""
    settled: HandedOut | None

    def revisions(self, before: Mission) -> Iterator[Revision]:
        """Find the events of the earlier window whose verdict or code changed, in canonical order (L5)."""
        held = before.held
        looked_at = {event.event_id: event for event in before.pending}
        looked_at.update((event_id, held[event_id]) for event_id in self.fates if event_id in held)
        for event in by_place(list(looked_at.values())):
            was: Standing = "pending" if event.code else "accepted"
            fate = self.fates.get(event.event_id, ACCEPTED)
            if (fate.verdict, fate.code) != (was, event.code):
                yield Revision(event.event_id, event.event_type, was, fate.verdict, fate.code, fate.detail)


class _Folded(NamedTuple):
    """Events folded from the horizon on."""

    accumulator: Accumulator
    refused: Mapping[int, EventRefusedError]
    """Position → why it could not be applied."""
    state: bytes
    """The account at the new horizon."""
    settled: HandedOut | None


def merge(
    undecided: Mission, mission_id: str | None, new: Collection[FoldEvent], memory: Memory, *, settle: bool
) -> Merged:
    """Merge new events into a mission, each of which passed the door; one of them may have decided `mission_id`."""
    mission = Mission(mission_id, undecided.state, undecided.horizon, undecided.window, undecided.remembered)
    events: list[FoldEvent] = list(by_place([*mission.window, *new]))
    start = window_start(events, memory.window)
    folded = _fold(mission, events, start, settle)
    fates: dict[str, Fate] = {}
    if folded.refused:
        start, too_many = fit(events, memory.window, undecided.held, pending=folded.refused)
        for position in too_many:
            refusal = folded.refused[position]
            detail = f"{refusal.reason}, {NO_ROOM}"
            fates[events[position].event_id] = Fate("rejected", TOO_MANY_PENDING, detail, refusal.location)
        if too_many:
            events = [event for event in events if event.event_id not in fates]
            mission = mission if events else undecided
            folded = _fold(mission, events, start, settle)
    for position, refusal in folded.refused.items():
        verdict: Literal["pending", "rejected"] = "rejected" if position < start else "pending"
        fates[events[position].event_id] = Fate.of(refusal, verdict)
    moved_on = mission.moved_on(events, start, folded.refused, state=folded.state, recent_events=memory.recent_events)
    return Merged(moved_on, folded.accumulator, fates, folded.settled)


def _fold(mission: Mission, events: Sequence[FoldEvent], start: int, settle: bool) -> _Folded:
    """Fold what is settled, write down the account there, and fold the window from `start` on."""
    horizon = mission.at_horizon()
    leaving = events[:start]
    refused = fold_accepted(horizon.accumulator, leaving)
    horizon.link(event for position, event in enumerate(leaving) if position not in refused)
    settled = horizon.hand_out() if settle else None
    state = horizon.write() if leaving or settle else mission.state
    for position, refusal in fold_accepted(horizon.accumulator, events[start:]).items():
        refused[start + position] = refusal
    return _Folded(horizon.accumulator, refused, state, settled)
