"""The mutable account of a mission while its events are folded; frozen once at the end.

It starts from nothing, from a roster (R2), or from what a checkpoint holds.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from mission_collaboration.contract.errors import (
    PARTICIPANT_ID,
    DepartedParticipantError,
    EventRefusedError,
    Location,
    MissionMismatchError,
    UnknownParticipantError,
)
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.state import CollaborationAnomaly, CommentEntry, DecisionEntry, WarningEntry
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.decoding.structs import struct_for

AnomalyRecord: Final = struct_for(CollaborationAnomaly)
CommentRecord: Final = struct_for(CommentEntry)
DecisionRecord: Final = struct_for(DecisionEntry)
WarningRecord: Final = struct_for(WarningEntry)


class Bounds(NamedTuple):
    """How many people warnings may name, for callers who cannot take any number; the contract sets no bound.

    Of those whom a warning names, every stranger makes an anomaly (R17).
    """

    named: float = math.inf
    """The most people in one warning."""
    strangers: float = math.inf
    """The most people who are not on the roster, in all warnings."""


UNBOUNDED: Final = Bounds()


class WarningTooLargeError(EventRefusedError):
    """A warning names more people than the caller of the fold allows; refused in either mode."""

    code = "event-too-large"

    def __init__(self, reason: str, event_id: str, event_type: str) -> None:
        super().__init__(reason, event_id=event_id, event_type=event_type, location=("payload", "participant_ids"))


class Executions:
    """One participant's steps in flight: started and completed in constant time each (R40)."""

    __slots__ = ("_in_flight", "_starts", "_tickets")

    def __init__(self, step_ids: Iterable[str] = ()) -> None:
        self._in_flight: dict[int, str] = {}
        self._starts: dict[str, deque[int]] = {}
        self._tickets = 0
        for step_id in step_ids:
            self.start(step_id)

    def start(self, step_id: str) -> None:
        """Add a step; the same step may be in flight several times."""
        self._tickets += 1
        self._in_flight[self._tickets] = step_id
        starts = self._starts.get(step_id)
        if starts is None:
            starts = self._starts[step_id] = deque()
        starts.append(self._tickets)

    def complete(self, step_id: str) -> bool:
        """Remove the earliest start of a step; false when there is none."""
        starts = self._starts.get(step_id)
        if not starts:
            return False
        del self._in_flight[starts.popleft()]
        return True

    def step_ids(self) -> list[str]:
        """List the steps in flight, in start order."""
        return list(self._in_flight.values())


class Accumulator:
    """What is known of the mission so far."""

    def __init__(
        self,
        *,
        strict: bool,
        roster: Mapping[str, ParticipantIdentity] | None = None,
        mission_id: str | None = None,
        bounds: Bounds = UNBOUNDED,
    ) -> None:
        self.strict = strict
        self.bounds = bounds
        self.strangers = 0
        self.mission_id = mission_id or ""
        self.participants: dict[str, ParticipantIdentity] = dict(roster or {})
        self.departed: dict[str, ParticipantIdentity] = {}
        self.invited: set[str] = set()
        self.presence: dict[str, datetime] = {}
        self.drivers: set[str] = set()
        self.focus: dict[str, FocusTarget] = {}
        self.warnings: dict[str, WarningEntry] = {}
        self.decisions: list[DecisionEntry] = []
        self.comments: list[CommentEntry] = []
        self.executions: dict[str, Executions] = {}
        self.linked_sessions: dict[str, list[str]] = {}
        self.anomalies: list[CollaborationAnomaly] = []
        self.event_count = 0
        self.last_event_id: str | None = None

    def running(self, participant_id: str) -> Executions:
        """Find a participant's steps in flight."""
        running = self.executions.get(participant_id)
        if running is None:
            running = self.executions[participant_id] = Executions()
        return running

    def steps_in_flight(self) -> dict[str, list[str]]:
        """List the steps in flight of everybody who runs any (S11)."""
        return {who: step_ids for who, running in self.executions.items() if (step_ids := running.step_ids())}

    def note(self, event: FoldEvent | EventRefusedError, reason: str) -> None:
        """Record an anomaly; both modes go on from it."""
        self.anomalies.append(AnomalyRecord(event_id=event.event_id, event_type=event.event_type, reason=reason))

    def refuse(self, error: EventRefusedError) -> None:
        """Refuse an event: strict mode raises, permissive mode records the reason and goes on (R3)."""
        if self.strict:
            raise error
        self.note(error, error.reason)

    def check_named(self, event: FoldEvent, count: int) -> None:
        """Raise `WarningTooLargeError`, in either mode, for a warning that names more people than allowed."""
        if count > self.bounds.named:
            raise too_many_named(event, count, self.bounds.named)

    def count_unknown(self, event: FoldEvent, count: int) -> None:
        """Count the unknown participants that a warning names; raises `WarningTooLargeError` when they are too many."""
        self.strangers += count
        if self.strangers > self.bounds.strangers:
            reason = f"Up to this one, warnings name more than {self.bounds.strangers} people who are not on the roster"
            raise WarningTooLargeError(reason, event.event_id, event.event_type)

    def reject(self, event: FoldEvent, payload: Any) -> None:
        """Refuse an event of another mission, or the doing of someone who is not on the roster (R10, R11, R32)."""
        if payload.mission_id == self.mission_id:
            self.refuse_unknown(event, payload.participant_id)
        else:
            self.refuse(other_mission(event, self.mission_id))

    def refuse_unknown(self, event: FoldEvent, participant_id: str, location: Location = PARTICIPANT_ID) -> None:
        """Refuse an event for naming someone who is not on the roster (R10, R11, R17)."""
        departed = participant_id in self.departed
        refusal = DepartedParticipantError if departed else UnknownParticipantError
        self.refuse(refusal(participant_id, event.event_id, event.event_type, location=location))


def too_many_named(event: FoldEvent, count: int, most: float) -> WarningTooLargeError:
    """Make the refusal of a warning that names more people than allowed."""
    reason = f"The warning names {count} participants; {most} are allowed"
    return WarningTooLargeError(reason, event.event_id, event.event_type)


def other_mission(event: FoldEvent, ours: str) -> MissionMismatchError:
    """Make the refusal of an event of another mission; names are cut, for each would be repeated for many events."""
    return MissionMismatchError(
        f"Event of mission '{event.payload.mission_id:.200}' among events of mission '{ours:.200}'",
        event_id=event.event_id,
        event_type=event.event_type,
        location=("payload", "mission_id"),
    )
