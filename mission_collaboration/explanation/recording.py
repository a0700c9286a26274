"""The accumulator under observation: the handlers fold into it as ever, and its containers note what changes.

Each container knows where it stands in the state as JSON. Nothing here decides anything about an event.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from mission_collaboration.contract import constants as c
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.json_patch import Op, token
from mission_collaboration.contract.state import WarningEntry
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.explanation.recorder import Pointers, Recorder
from mission_collaboration.explanation.sorted_members import SortedMembers
from mission_collaboration.reducer.accumulator import Accumulator, Executions, WarningRecord
from mission_collaboration.reducer.bounds import UNBOUNDED, Bounds

NOTED_CODES = {
    c.PARTICIPANT_LEFT: "departed-participant",
    c.PARTICIPANT_JOINED: "duplicate-join",
    c.PARTICIPANT_INVITED: "repeated-invitation",
}
"""Event type → the code of the anomaly that it leaves in both modes (R13, R14, R16)."""

V = TypeVar("V")


class RecordedMap(dict[str, V]):
    """A map of the state: an entry a key."""

    __slots__ = ("_pointers", "_recorder")

    def __init__(self, recorder: Recorder, prefix: str, initial: Mapping[str, V] | None = None) -> None:
        super().__init__(initial or {})
        self._recorder = recorder
        self._pointers = Pointers(prefix)

    def __setitem__(self, key: str, value: V) -> None:
        known = self.get(key)
        if known != value:
            entry = self._pointers[key]
            self._recorder.put("add" if known is None else "replace", entry, value, entry)
            dict.__setitem__(self, key, value)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key with its entry."""
        if key in self:
            entry = self._pointers[key]
            self._recorder.drop(entry, entry)
        return dict.pop(self, key, *default)


class RecordedFocus(RecordedMap[FocusTarget]):
    """What participants look at, and the same read backwards: `participants_by_focus` follows it (S7)."""

    __slots__ = ("_looking_at",)

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder, "/focus_by_participant/")
        self._looking_at: dict[str, SortedMembers[str]] = {}

    def __setitem__(self, key: str, value: FocusTarget) -> None:
        known, now = self.get(key), _target_key(value)
        if known is not None and _target_key(known) == now:
            return
        super().__setitem__(key, value)
        if known is not None:
            self._look_away(key, _target_key(known))
        self._look_at(key, now)

    def pop(self, key: str, *default: Any) -> Any:
        """Let a participant look at nothing."""
        known = self.get(key)
        if known is not None:
            super().pop(key)
            self._look_away(key, _target_key(known))
        return known

    def _look_at(self, participant_id: str, target: str) -> None:
        path = "/participants_by_focus/" + token(target)
        entry = f"{path}/{token(participant_id)}"
        members = self._looking_at.get(target)
        if members is None:
            members = self._looking_at[target] = SortedMembers()
            members.add(participant_id)
            self._recorder.put("add", path, (participant_id,), entry)
        else:
            self._recorder.put("add", f"{path}/{members.add(participant_id)}", participant_id, entry)

    def _look_away(self, participant_id: str, target: str) -> None:
        path = "/participants_by_focus/" + token(target)
        members = self._looking_at[target]
        index = members.remove(participant_id)
        entry = f"{path}/{token(participant_id)}"
        if members:
            self._recorder.drop(f"{path}/{index}", entry)
        else:
            del self._looking_at[target]
            self._recorder.drop(path, entry)


def _target_key(target: FocusTarget) -> str:
    return f"{target.target_type}:{target.target_id}"


class RecordedDrivers(set[str]):
    """The set of drivers, which JSON shows as a sorted array (S16)."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._members: SortedMembers[str] = SortedMembers()
        self._pointers = Pointers("/active_drivers/")

    def add(self, participant_id: str) -> None:
        """Let a participant drive."""
        if participant_id not in self:
            set.add(self, participant_id)
            path = f"/active_drivers/{self._members.add(participant_id)}"
            self._recorder.put("add", path, participant_id, self._pointers[participant_id])

    def discard(self, participant_id: object) -> None:
        """Let a participant drive no longer."""
        if isinstance(participant_id, str) and participant_id in self:
            set.discard(self, participant_id)
            path = f"/active_drivers/{self._members.remove(participant_id)}"
            self._recorder.drop(path, self._pointers[participant_id])


class RecordedAcknowledgements(dict[str, str]):
    """What participants answered to one warning; the warning's index never changes (S8)."""

    __slots__ = ("_entry", "_path", "_recorder")

    def __init__(self, recorder: Recorder, path: str, entry: str) -> None:
        super().__init__()
        self._recorder = recorder
        self._path = f"{path}/acknowledgements/"
        self._entry = f"{entry}/acknowledgements/"

    def __setitem__(self, participant_id: str, acknowledgement: str) -> None:
        known = self.get(participant_id)
        if known != acknowledgement:
            name = token(participant_id)
            op: Op = "add" if known is None else "replace"
            self._recorder.put(op, self._path + name, acknowledgement, self._entry + name)
            dict.__setitem__(self, participant_id, acknowledgement)


class RecordedWarnings(dict[str, WarningEntry]):
    """Warnings by id; JSON shows them as an array, in the order in which their ids appeared."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder
        self._paths: dict[str, str] = {}

    def __setitem__(self, warning_id: str, warning: WarningEntry) -> None:
        entry = "/warnings/" + token(warning_id)
        known = self.get(warning_id)
        if known is None:
            path = self._paths[warning_id] = f"/warnings/{len(self)}"
            self._recorder.write("add", path, warning)
            warning = WarningRecord(
                warning_id=warning_id,
                event_id=warning.event_id,
                warning_type=warning.warning_type,
                participant_ids=warning.participant_ids,
                acknowledgements=RecordedAcknowledgements(self._recorder, path, entry),
            )
        else:
            for member in ("event_id", "warning_type", "participant_ids"):
                if getattr(known, member) != getattr(warning, member):
                    self._recorder.write("replace", f"{self._paths[warning_id]}/{member}", getattr(warning, member))
        self._recorder.touch(entry)
        super().__setitem__(warning_id, warning)


class RecordedList(list[V]):
    """A list of the state to which entries are only ever appended."""

    def __init__(self, recorder: Recorder, prefix: str) -> None:
        super().__init__()
        self._recorder = recorder
        self._prefix = prefix

    def append(self, item: V) -> None:
        """Append an entry."""
        entry = f"{self._prefix}{len(self)}"
        self._recorder.put("add", entry, item, entry)
        list.append(self, item)


class RecordedSessions(list[str]):
    """The linked sessions of one participant; the first one brings the list into the state."""

    def __init__(self, recorder: Recorder, path: str) -> None:
        super().__init__()
        self._recorder = recorder
        self._path = path

    def append(self, session_id: str) -> None:
        """Append a session."""
        entry = f"{self._path}/{len(self)}"
        if self:
            self._recorder.put("add", entry, session_id, entry)
        else:
            self._recorder.put("add", self._path, (session_id,), entry)
        list.append(self, session_id)


class RecordedLinks(dict[str, list[str]]):
    """Linked sessions by participant."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def setdefault(self, participant_id: str, default: list[str] | None = None) -> list[str]:
        """Find the sessions of a participant."""
        sessions = self.get(participant_id)
        if sessions is None:
            sessions = self[participant_id] = RecordedSessions(
                self._recorder, "/linked_sessions/" + token(participant_id)
            )
        return sessions


class RecordedExecutions(Executions):
    """One participant's steps in flight; JSON shows none as no list at all."""

    __slots__ = ("_order", "_path", "_recorder", "_started_at")

    def __init__(self, recorder: Recorder, participant_id: str) -> None:
        super().__init__()
        self._recorder = recorder
        self._path = "/active_executions/" + token(participant_id)
        self._order: SortedMembers[int] = SortedMembers()
        self._started_at: dict[int, int] = {}

    def start(self, step_id: str) -> None:
        """Add a step."""
        super().start(step_id)
        if self._started_at:
            self._recorder.write("add", f"{self._path}/{self._order.add(self._tickets)}", step_id)
        else:
            self._order.add(self._tickets)
            self._recorder.write("add", self._path, (step_id,))
        self._recorder.take_over(None)
        self._started_at[self._tickets] = self._recorder.position

    def complete(self, step_id: str) -> bool:
        """Remove the earliest start of a step; false when there is none."""
        starts = self._starts.get(step_id)
        if not starts:
            return False
        ticket = starts[0]
        super().complete(step_id)
        index = self._order.remove(ticket)
        self._recorder.write("remove", f"{self._path}/{index}" if self._order else self._path)
        self._recorder.take_over(self._started_at.pop(ticket))
        return True

    def abandon(self) -> None:
        """Note that all steps leave the state with their participant."""
        if self._started_at:
            self._recorder.write("remove", self._path)
            for position in self._started_at.values():
                self._recorder.take_over(position)

    def blame(self) -> dict[str, int]:
        """Map each step in flight, by its index, to the position of the event that started it."""
        return {f"{self._path}/{index}": position for index, position in enumerate(self._started_at.values())}


class RecordedRuns(dict[str, RecordedExecutions]):
    """Steps in flight by participant."""

    def pop(self, participant_id: str, *default: Any) -> Any:
        """Drop all steps of a participant."""
        if participant_id in self:
            self[participant_id].abandon()
        return super().pop(participant_id, *default)


class RecordedAccumulator(Accumulator):
    """An accumulator that notes what changes, and the first anomaly of each event."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        strict: bool,
        roster: Mapping[str, ParticipantIdentity] | None = None,
        bounds: Bounds = UNBOUNDED,
    ) -> None:
        super().__init__(strict=strict, bounds=bounds)
        self.recorder = recorder
        self.anomaly: tuple[str, str] | None = None
        """Code and reason of the first anomaly of the event being folded."""
        self.participants = RecordedMap(recorder, "/participants/", roster)
        self.departed = RecordedMap(recorder, "/departed_participants/")
        self.presence = RecordedMap(recorder, "/presence/")
        self.drivers = RecordedDrivers(recorder)
        self.focus = RecordedFocus(recorder)
        self.warnings = RecordedWarnings(recorder)
        self.decisions = RecordedList(recorder, "/decisions/")
        self.comments = RecordedList(recorder, "/comments/")
        self.runs = RecordedRuns()
        self.executions = self.runs  # type: ignore[assignment] # each of them is a kind of Executions
        self.linked_sessions = RecordedLinks(recorder)
        self.anomalies = RecordedList(recorder, "/anomalies/")

    def running(self, participant_id: str) -> Executions:
        """Find a participant's steps in flight."""
        running = self.runs.get(participant_id)
        if running is None:
            running = self.runs[participant_id] = RecordedExecutions(self.recorder, participant_id)
        return running

    def note(self, event: FoldEvent | EventRefusedError, reason: str) -> None:
        """Record an anomaly, and keep the first one of an event with its code."""
        if self.anomaly is None:
            code = event.code if isinstance(event, EventRefusedError) else NOTED_CODES[event.event_type]
            self.anomaly = code, reason
        super().note(event, reason)
