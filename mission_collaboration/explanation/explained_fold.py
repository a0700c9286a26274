"""Folds events one by one, in canonical order, and tells of each what it came to (X1)."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from operator import attrgetter
from typing import Any, Final, Literal, get_args

from mission_collaboration.contract.constants import PARTICIPANT_INVITED
from mission_collaboration.contract.errors import PENDING_CODES, EventRefusedError, MissionMismatchError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.payloads import PAYLOAD_MODELS, WarningPayload
from mission_collaboration.contract.state import Change
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.explanation.recorder import Recorder
from mission_collaboration.explanation.recording import RecordedAccumulator
from mission_collaboration.explanation.timeline import Effect, TimelineEntry
from mission_collaboration.reducer.accumulator import UNBOUNDED, Bounds
from mission_collaboration.reducer.content import content
from mission_collaboration.reducer.fold import step
from mission_collaboration.reducer.ordering import conflict, in_order

ExplainMode = Literal["permissive", "strict", "admit"]
EXPLAIN_MODES: Final = get_args(ExplainMode)
NOT_ADMITTED: Final[Mapping[str, Effect]] = {
    **dict.fromkeys(PENDING_CODES, "pending"),
    MissionMismatchError.code: "other-mission",
}
"""Code → what an event came to that admission did not accept. Pending ones lack what may yet come from an earlier place
(L4); those of any other code are refused for good."""
WARNINGS: Final = frozenset(name for name, model in PAYLOAD_MODELS.items() if issubclass(model, WarningPayload))
"""The types whose events name several participants."""
_event_id = attrgetter("event_id")


class Copies:
    """The events that share one id: which of them were folded; all others are copies of one of these."""

    def __init__(self) -> None:
        self.judged: dict[str, TimelineEntry] = {}
        """Content → the first event of that content, which was folded."""
        self.holder: TimelineEntry | None = None
        """The event that the id belongs to."""
        self.has_conflict = False

    def original(self, content: str) -> TimelineEntry | None:
        """Find what an event of this content is a copy of; None when it has to be judged by itself (R30, R31)."""
        same = self.judged.get(content)
        return self.holder if same is None and self.has_conflict else same


class ExplainedFold:
    """A fold under way, with the timeline of what it came to so far."""

    def __init__(
        self,
        mode: ExplainMode,
        *,
        roster: Mapping[str, ParticipantIdentity] | None = None,
        mission_id: str | None = None,
        bounds: Bounds = UNBOUNDED,
    ) -> None:
        self.mode: Final = mode
        self.recorder: Final = Recorder()
        self.accumulator: Final = RecordedAccumulator(
            self.recorder, strict=mode != "permissive", roster=roster, bounds=bounds
        )
        self.accumulator.mission_id = mission_id or ""
        self.mission_id = mission_id or ""
        """The mission that events are held against. In mode `admit` a pending event can decide it, which the state does
        not show before an event is accepted (X2)."""
        self.placed: Final[list[TimelineEntry]] = []
        """The events that have a position, by position."""
        self._event_ids: Final[list[str]] = []
        """The id of each of them."""
        self._copies: Final[dict[int, list[TimelineEntry]]] = defaultdict(list)
        self._is_stopped = False

    def run(self, events: Sequence[FoldEvent], indices: Sequence[int]) -> Iterator[TimelineEntry]:
        """Fold events, given in the order in which they were sent; yields each one that has a position, once folded."""
        index_of = dict(zip(map(id, events), indices, strict=True))
        copies = {event_id: Copies() for event_id, times in Counter(map(_event_id, events)).items() if times > 1}
        for event in in_order(events):
            index, same_id = index_of[id(event)], copies.get(event.event_id)
            if same_id is None:
                yield self._fold(event, index)
                continue
            text = content(event)
            if (original := same_id.original(text)) is not None:
                copy = _entry_of(event, index, None, "duplicate")
                copy.duplicate_of = original.index
                self._copies[original.index].append(copy)
                continue
            same_id.has_conflict = same_id.holder is not None
            same_id.judged[text] = entry = self._fold(event, index, is_conflict=same_id.has_conflict)
            if same_id.holder is None and self.holds_its_id(entry):
                same_id.holder = entry
            yield entry

    def up_to(self, instant: datetime, events: Sequence[FoldEvent], indices: Sequence[int]) -> "ExplainedFold":
        """Fold those events whose timestamp is at or before an instant."""
        are_in_time = [event.timestamp <= instant for event in events]
        deque(self.run(list(compress(events, are_in_time)), list(compress(indices, are_in_time))), maxlen=0)
        return self

    def timeline(self) -> list[TimelineEntry]:
        """List the entries of all events, copies behind their first, with the events that superseded each (X5)."""
        event_ids = self._event_ids
        for position, later in self.recorder.superseded().items():
            self.placed[position].superseded_by = tuple([event_ids[place] for place in later])
        if not self._copies:
            return self.placed
        return [told for entry in self.placed for told in (entry, *self._copies.get(entry.index, ()))]

    def blame_and_gone(self) -> tuple[dict[str, str], dict[str, str]]:
        """Name for every entry of the state, and for every one that is gone, the event that touched it last (X3)."""
        event_ids = self._event_ids
        blame: dict[str, str] = {}
        gone: dict[str, str] = {}
        for entry, position, stands in self.recorder.last_touches():
            if isinstance(entry, str):
                (blame if stands else gone)[entry] = event_ids[position]
        for executions in self.accumulator.runs.values():
            blame.update((entry, event_ids[position]) for entry, position in executions.blame().items())
        return blame, gone

    def holds_its_id(self, entry: TimelineEntry) -> bool:
        """Whether other events with this id are in conflict; one that admission rejected leaves its id free (L6)."""
        return self.mode != "admit" or entry.effect not in ("refused", "other-mission")

    def _fold(self, event: FoldEvent, index: int, *, is_conflict: bool = False) -> TimelineEntry:
        """Take the next step of the fold, and write down what came of it."""
        position = len(self.placed)
        entry = _entry_of(event, index, position, "not-reached")
        self.placed.append(entry)
        self._event_ids.append(event.event_id)
        if self._is_stopped:
            return entry
        recorder = self.recorder
        recorder.begin(position)
        try:
            if is_conflict:
                self.accumulator.refuse(conflict(event))
            elif self.accumulator.mission_id:
                step(self.accumulator, event)
            else:
                self._step_undecided(event)
        except EventRefusedError as refusal:
            entry.code, entry.reason = refusal.code, refusal.reason
            entry.effect = NOT_ADMITTED.get(refusal.code, "refused") if self.mode == "admit" else "refused"
            self._is_stopped = self.mode != "admit"
            return entry
        if recorder.changes:
            entry.changes = tuple(recorder.changes)
            entry.effect = "changed"
        else:
            entry.effect = "redundant"
        if recorder.anomaly is not None:
            entry.code, entry.reason = recorder.anomaly
            entry.effect = "other-mission" if entry.code == MissionMismatchError.code else "anomaly"
        elif entry.event_type == PARTICIPANT_INVITED:
            entry.effect = "invited"
        return entry

    def _step_undecided(self, event: FoldEvent) -> None:
        """Fold an event while the state shows no mission: the first sound event decides it, applied or not (S1, L6)."""
        if not self.mission_id and event.payload is not None:
            self.mission_id = event.payload.mission_id
        self.accumulator.mission_id = self.mission_id
        try:
            step(self.accumulator, event)
        except EventRefusedError:
            self.accumulator.mission_id = ""
            raise
        if self.mission_id:
            self.recorder.changes.insert(0, Change("replace", "/mission_id", self.mission_id))


def _entry_of(event: FoldEvent, index: int, position: int | None, effect: Effect) -> TimelineEntry:
    payload, event_type = event.payload, event.event_type
    if payload is None:
        named = texts_of(event.source.payload)
    else:
        named = tuple(payload.participant_ids) if event_type in WARNINGS else (payload.participant_id,)
    return TimelineEntry(
        index, position, event.event_id, event_type, event.lamport_clock, event.timestamp, named, effect, ()
    )


def texts_of(payload: Any) -> tuple[str, ...]:
    """Read whom a malformed payload names, as far as these are texts."""
    if not isinstance(payload, Mapping):
        return ()
    named = payload.get("participant_id")
    if isinstance(named, str):
        return (named,)
    several = payload.get("participant_ids")
    return tuple(one for one in several if isinstance(one, str)) if isinstance(several, list | tuple) else ()
