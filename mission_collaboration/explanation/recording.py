"""The accumulator under observation: the handlers fold into it as ever, and its containers note what changes.

Each container knows where it stands in the state as JSON. Nothing here decides anything about an event.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from mission_collaboration.contract import constants as c
from mission_collaboration.contract.errors import EventRefusedError, token
from mission_collaboration.contract.identity import FocusTarget, ParticipantIdentity
from mission_collaboration.contract.state import Op, WarningEntry
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.explanation.recorder import Pointers, Recorder
from mission_collaboration.explanation.sorted_members import SortedMembers
from mission_collaboration.reducer.accumulator import UNBOUNDED, Accumulator, Bounds, Executions, WarningRecord

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
        return super().pop(key, *default)


class RecordedMembers:
    """Notes who comes into a set of participants and who leaves it; JSON shows it as a sorted array (S16)."""

    __slots__ = ("_is_shown_empty", "_members", "_path", "_pointers", "_recorder")

    def __init__(self, recorder: Recorder, path: str, *, is_shown_empty: bool) -> None:
        self._recorder = recorder
        self._path = path
        self._pointers = Pointers(f"{path}/")
        self._members: SortedMembers[str] = SortedMembers()
        self._is_shown_empty = is_shown_empty
        """Whether the state has an empty array where there is no member; otherwise it has none."""

    def add(self, participant_id: str) -> None:
        """Note that a participant, who is not in the set, comes into it."""
        is_shown = self._is_shown_empty or bool(self._members)
        index = self._members.add(participant_id)
        if is_shown:
            self._recorder.put("add", f"{self._path}/{index}", participant_id, self._pointers[participant_id])
        else:
            self._recorder.put("add", self._path, (participant_id,), self._pointers[participant_id])

    def remove(self, participant_id: str) -> None:
        """Note that a participant, who is in the set, leaves it."""
        index = self._members.remove(participant_id)
        is_shown = self._is_shown_empty or bool(self._members)
        self._recorder.drop(f"{self._path}/{index}" if is_shown else self._path, self._pointers[participant_id])


class RecordedDrivers(set[str]):
    """The set of drivers."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self._members = RecordedMembers(recorder, "/active_drivers", is_shown_empty=True)

    def add(self, participant_id: str) -> None:
        """Let a participant drive."""
        if participant_id not in self:
            set.add(self, participant_id)
            self._members.add(participant_id)

    def discard(self, participant_id: object) -> None:
        """Let a participant drive no longer."""
        if isinstance(participant_id, str) and participant_id in self:
            set.discard(self, participant_id)
            self._members.remove(participant_id)


class RecordedFocus(RecordedMap[FocusTarget]):
    """What participants look at, and the same read backwards: `participants_by_focus` follows it (S7)."""

    __slots__ = ("_looking_at", "_watchers")

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder, "/focus_by_participant/")
        self._looking_at: dict[str, str] = {}
        """Participant → the key of the target in `participants_by_focus`."""
        self._watchers: dict[str, RecordedMembers] = {}
        """The key of a target → who looks at it."""

    def __setitem__(self, key: str, value: FocusTarget) -> None:
        before, now = self._looking_at.get(key), f"{value.target_type}:{value.target_id}"
        if before == now:
            return
        super().__setitem__(key, value)
        if before is not None:
            self._watchers[before].remove(key)
        self._looking_at[key] = now
        watchers = self._watchers.get(now)
        if watchers is None:
            path = f"/participants_by_focus/{token(now)}"
            watchers = self._watchers[now] = RecordedMembers(self._recorder, path, is_shown_empty=False)
        watchers.add(key)

    def pop(self, key: str, *default: Any) -> Any:
        """Let a participant look at nothing."""
        before = self._looking_at.pop(key, None)
        known = super().pop(key, *default)
        if before is not None:
            self._watchers[before].remove(key)
        return known


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
        self._recorder.touch(self._recorder.position)
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
        self._recorder.touch(self._started_at.pop(ticket), stands=False)
        return True

    def abandon(self) -> None:
        """Note that all steps leave the state with their participant."""
        if self._started_at:
            self._recorder.write("remove", self._path)
            for position in self._started_at.values():
                self._recorder.touch(position, stands=False)

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
        """Record an anomaly, and note the first one of an event with its code."""
        if self.recorder.anomaly is None:
            code = event.code if isinstance(event, EventRefusedError) else NOTED_CODES[event.event_type]
            self.recorder.anomaly = code, reason
        super().note(event, reason)
