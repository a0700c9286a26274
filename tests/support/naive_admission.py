"""The live loop a second time, as plainly as it can be said (contract §9): the judge of the real one.

Nothing here comes from the library, and nothing is fast: every batch folds the whole mission from its first event.
A mission that admits a batch leaves the one before as it was, as a checkpoint does.
"""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support import naive_events, naive_fold
from tests.support.naive_events import canonical_text

Json = dict[str, Any]
Standing = tuple[str, str | None]
"""A verdict, and its code where it has one."""
SETTLED_FIELDS = ("comments", "decisions", "anomalies")


@dataclass
class Bounds:
    """What a deployment sets."""

    window_events: int = 1_000
    window_bytes: int = 4 * 1024 * 1024
    recent_events: int = 1_000


@dataclass
class Answer:
    """What a batch is told."""

    results: list[Json]
    revised: list[Json]
    settled: Json
    state: Json
    mission_id: str | None
    horizon: tuple[int | None, str, str] | None


def place(event: Json) -> tuple[Any, ...]:
    """Say where an event stands in canonical order; unclocked events come first (R1)."""
    clock = event.get("lamport_clock")
    moment = naive_events.instant(event["timestamp"])
    return (0 if clock is None else clock + 1), moment, naive_events.normalise_id(event["event_id"])


def written_place(event: Json) -> tuple[int | None, str, str]:
    """Write the same as an answer does: clock, time and id."""
    _, moment, event_id = place(event)
    return event.get("lamport_clock"), naive_events.utc_text(moment), event_id


def size(event: Json) -> int:
    """Count the bytes of what an event says (R31)."""
    return len(canonical_text(event).encode())


@dataclass
class Mission:
    """A mission between two batches."""

    bounds: Bounds
    roster: Json = field(default_factory=dict)
    mission_id: str | None = None
    settled: list[Json] = field(default_factory=list)
    """The accepted events that the horizon has passed, in canonical order."""
    horizon: Json | None = None
    """The newest settled event, accepted or rejected."""
    window: list[tuple[Json, Standing]] = field(default_factory=list)
    handed_out: dict[str, int] = field(default_factory=dict)
    """How many entries of each kind `settle` took away."""

    # L6 and L7: the door.

    def remembered(self) -> list[Json]:
        return self.settled[-self.bounds.recent_events :]  # L8: newest first

    def held(self) -> dict[str, Json]:
        """Id → event, of those whose id is not free."""
        known = [*self.remembered(), *(event for event, _ in self.window)]
        return {naive_events.normalise_id(event["event_id"]): event for event in known}

    def clock_held(self) -> int | None:
        known = [event for event, _ in self.window] + ([self.horizon] if self.horizon else [])
        clocks = [event["lamport_clock"] for event in known if event.get("lamport_clock") is not None]
        return max(clocks, default=None)

    def stopped(self, event: Json, held: dict[str, Json], clock: int | None, max_clock_step: int | None) -> str | None:
        """Name what stops an event at the door, in the order of L6; None for one that is let in, or a duplicate."""
        first = held.get(naive_events.normalise_id(event["event_id"]))
        if first is not None:
            return None if canonical_text(first) == canonical_text(event) else "conflicting-duplicate"
        if naive_events.payload_fault(event["event_type"], event.get("payload", {})) is not None:
            return "malformed-payload"
        if self.mission_id is not None and event["payload"]["mission_id"] != self.mission_id:
            return "mission-mismatch"
        if self.horizon is not None and place(event) <= place(self.horizon):
            return "late-event"
        if max_clock_step is None or clock is None or event.get("lamport_clock") is None:
            return None
        return "clock-jump" if event["lamport_clock"] > clock + max_clock_step else None

    # The fold, from the very start.

    def folded(self, events: list[Json]) -> tuple[list[Standing], Json]:
        """Fold the settled events and then these; give the standing of each of these, and the state."""
        fold = naive_fold.Fold(strict=True, roster=self.roster)
        fold.mission_id = self.mission_id
        for event in self.settled:
            take(fold, event)
        standings: list[Standing] = []
        for event in events:
            attempt = copy.deepcopy(fold)
            try:
                take(attempt, event)
            except naive_fold.Refusal as no:
                standings.append(("pending", no.code))
                continue
            fold = attempt
            standings.append(("accepted", None))
        state = fold.state()
        state["links"] = list(fold.links)
        return standings, state

    # L3 and L4: what fits into the window.

    def fitted(self, merged: list[Json], standings: list[Standing], old: set[str]) -> tuple[int, set[int]]:
        """Return where the window begins, and which pending events of this batch are too many."""
        most_events, most_bytes = self.bounds.window_events, self.bounds.window_bytes
        half_events, half_bytes = math.ceil(most_events / 2), math.ceil(most_bytes / 2)
        held_pending = [
            event
            for event, standing in zip(merged, standings, strict=True)
            if standing[0] == "pending" and naive_events.normalise_id(event["event_id"]) in old
        ]
        pending_events, pending_bytes = len(held_pending), sum(map(size, held_pending))
        in_window, in_bytes = 0, 0
        too_many: set[int] = set()
        for index in reversed(range(len(merged))):
            event, mine = merged[index], size(merged[index])
            if in_window and (in_window + 1 > most_events or in_bytes + mine > most_bytes):
                return index + 1, too_many
            if standings[index][0] == "pending" and naive_events.normalise_id(event["event_id"]) not in old:
                if pending_events + 1 > half_events or pending_bytes + mine > half_bytes:
                    too_many.add(index)
                    continue
                pending_events, pending_bytes = pending_events + 1, pending_bytes + mine
            in_window, in_bytes = in_window + 1, in_bytes + mine
        return 0, too_many

    # A batch.

    def admit(
        self, batch: Sequence[Any], max_clock_step: int | None, *, settle: bool = False
    ) -> tuple["Mission", Answer]:
        after = copy.deepcopy(self)
        verdicts: dict[int, Json] = {}
        new, copies = self.let_in(after, batch, verdicts, max_clock_step)
        now = self.take_in(after, new, verdicts)
        judge_copies(copies, new, now, verdicts)
        if not after.window and after.horizon is None:
            after.mission_id = self.mission_id  # nothing is held, so there is no trace
        _, state = after.folded([event for event, (verdict, _) in after.window if verdict == "accepted"])
        revised = self.revised(now)
        settled = after.hand_out() if settle else {}
        horizon = None if after.horizon is None else written_place(after.horizon)
        results = [verdicts[index] for index in range(len(batch))]
        return after, Answer(results, revised, settled, after.without(state), after.mission_id, horizon)

    def let_in(
        self, after: "Mission", batch: Sequence[Any], verdicts: dict[int, Json], max_clock_step: int | None
    ) -> tuple[dict[str, tuple[int, Json]], dict[int, str]]:
        """Stop events at the door, in canonical order.

        Gives the index and event of each id that is new, and the id of each index whose event is a copy.
        """
        new: dict[str, tuple[int, Json]] = {}
        copies: dict[int, str] = {}
        held, clock = self.held(), self.clock_held()
        for index in self.to_be_judged(batch, verdicts):
            event = batch[index]
            event_id = naive_events.normalise_id(event["event_id"])
            known = held | {name: first for name, (_, first) in new.items()}
            code = after.stopped(event, known, clock, max_clock_step)
            if code is not None:
                verdicts[index] = {"verdict": "rejected", "code": code}
            elif event_id in known:
                copies[index] = event_id
            else:
                new[event_id] = index, event
                after.mission_id = event["payload"]["mission_id"]
                if event.get("lamport_clock") is not None:
                    clock = max(clock or 0, event["lamport_clock"])
        return new, copies

    def to_be_judged(self, batch: Sequence[Any], verdicts: dict[int, Json]) -> list[int]:
        """Judge what is no event or of another type; give the places of the others in canonical order."""
        ours = []
        for index, event in enumerate(batch):
            event_type = event.get("event_type") if isinstance(event, dict) else None
            if isinstance(event_type, str) and event_type and event_type not in naive_events.PAYLOADS:
                verdicts[index] = {"verdict": "ignored"}  # E19
            elif naive_events.envelope_fault(event) is not None:
                verdicts[index] = {"verdict": "rejected", "code": "invalid-request"}
            else:
                ours.append(index)
        return sorted(ours, key=lambda index: (*place(batch[index]), canonical_text(batch[index])))

    def take_in(
        self, after: "Mission", new: dict[str, tuple[int, Json]], verdicts: dict[int, Json]
    ) -> dict[str, Standing]:
        """Merge the new events into the window, fold it again, and settle what leaves it.

        Gives what the events of earlier batches stand as now, by id.
        """
        now: dict[str, Standing] = {}
        index_of = {event_id: index for event_id, (index, _) in new.items()}
        merged = sorted([event for event, _ in self.window] + [event for _, event in new.values()], key=place)
        standings, _ = after.folded(merged)
        old = {naive_events.normalise_id(event["event_id"]) for event, _ in self.window}
        start, too_many = after.fitted(merged, standings, old)
        after.window = []
        for position, (event, standing) in enumerate(zip(merged, standings, strict=True)):
            verdict, code = standing
            if position in too_many:
                verdict, code = "rejected", "too-many-pending"
            elif position < start:
                verdict = "rejected" if verdict == "pending" else verdict
                after.horizon = event
                if verdict == "accepted":
                    after.settled.append(event)
            else:
                after.window.append((event, standing))
            event_id = naive_events.normalise_id(event["event_id"])
            if event_id in index_of:
                verdicts[index_of[event_id]] = {"verdict": verdict} | ({"code": code} if code else {})
            else:
                now[event_id] = verdict, code
        return now

    def revised(self, now: dict[str, Standing]) -> list[Json]:
        """L5: every verdict or code that changed, of events of earlier batches, in canonical order."""
        revised = []
        for event, was in self.window:
            event_id = naive_events.normalise_id(event["event_id"])
            verdict, code = now[event_id]
            if (verdict, code) != was:
                told = {"event_id": event_id, "event_type": event["event_type"], "was": was[0], "verdict": verdict}
                revised.append(told | ({"code": code} if code else {}))
        return revised

    # L8: settling.

    def hand_out(self) -> Json:
        """Give the entries before the horizon that were not handed out before."""
        _, state = self.folded([])
        entries = {name: state[name] for name in SETTLED_FIELDS}
        entries["linked_sessions"] = [
            {
                "event_id": naive_events.normalise_id(event["event_id"]),
                "participant_id": event["payload"]["participant_id"],
                "linked_session_id": event["payload"]["linked_session_id"],
            }
            for event in self.settled
            if event["event_type"] == "SessionLinked"
        ]
        given = {name: listed[self.handed_out.get(name, 0) :] for name, listed in entries.items()}
        self.handed_out = {name: len(listed) for name, listed in entries.items()}
        return given

    def without(self, state: Json) -> Json:
        """Take away from a state what was handed out; each is the oldest of its kind."""
        links = state.pop("links")[self.handed_out.get("linked_sessions", 0) :]
        kept = {name: state[name][self.handed_out.get(name, 0) :] for name in SETTLED_FIELDS}
        return state | kept | {"linked_sessions": naive_fold.lists_by_participant(links)}


def take(fold: naive_fold.Fold, event: Json) -> None:
    """Fold an event that passed the door, whose id is new, or was forgotten and comes again (L8)."""
    event = naive_events.normalise_event(event)
    event_id = event["event_id"]
    if event_id in fold.texts:
        fold.texts[f"{event_id}, forgotten after {len(fold.texts)}"] = fold.texts.pop(event_id)
    fold.take(event)


def judge_copies(
    copies: dict[int, str], new: dict[str, tuple[int, Json]], now: dict[str, Standing], verdicts: dict[int, Json]
) -> None:
    """Judge events that say what a held one says, by what that one stands as after the batch."""
    for index, event_id in copies.items():
        if event_id in new:
            first = verdicts[new[event_id][0]]
            verdict, code = first["verdict"], first.get("code")
        else:
            verdict, code = now.get(event_id, ("accepted", None))  # one that is remembered is accepted
        if verdict == "rejected":
            verdicts[index] = {"verdict": "rejected", "code": code}
        else:
            verdicts[index] = {"verdict": "duplicate", "stands": verdict}
