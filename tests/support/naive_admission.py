"""Admission a second time, as plainly as it can be said: the judge of the live loop, on top of the naive fold.

Nothing here comes from `app`. A mission that admits a batch leaves the one before as it was, as a checkpoint does.
"""

import copy
from collections.abc import Sequence
from typing import Any

from tests.support import naive

Json = dict[str, Any]
Verdict = tuple[str, str | None]
"""What is said of an event, and the code when it is rejected."""


class Mission:
    """What was accepted so far, and what a checkpoint of it remembers."""

    def __init__(self, window: int, roster: dict[str, Json] | None = None) -> None:
        self.window = window
        self.fold = naive.Fold(strict=True, roster=roster or {})
        self.accepted: list[Json] = []
        self.known: dict[str, str] = {}  # id → content, of those that a later event is held against

    def admit(self, batch: Sequence[Any], max_clock_step: int) -> tuple["Mission", list[Verdict]]:
        """Judge a batch; the verdicts are in input order."""
        after = copy.deepcopy(self)
        verdicts: dict[int, Verdict] = {}
        ours = []
        for place, event in enumerate(batch):
            if naive.envelope_fault(event) is not None:
                verdicts[place] = "rejected", "invalid-request"
            elif event["event_type"] not in naive.PAYLOADS:
                verdicts[place] = "ignored", None
            else:
                ours.append(place)
        for place in sorted(ours, key=lambda place: naive.canonical_key(batch[place])):
            verdicts[place] = after.judge(batch[place], max_clock_step)
        after.known = dict(list(after.known.items())[-after.window :])
        return after, [verdicts[place] for place in range(len(batch))]

    def judge(self, event: Json, max_clock_step: int) -> Verdict:
        event_id, text = naive.normalise_id(event["event_id"]), naive.canonical_text(event)
        if event_id in self.known:
            return ("duplicate", None) if self.known[event_id] == text else ("rejected", "conflicting-duplicate")
        if naive.payload_fault(event["event_type"], event["payload"]) is not None:
            return "rejected", "malformed-payload"
        if self.accepted and event["payload"]["mission_id"] != self.fold.mission_id:
            return "rejected", "mission-mismatch"
        if self.accepted and naive.canonical_key(event)[:3] <= naive.canonical_key(self.accepted[-1])[:3]:
            return "rejected", "late-event"
        clock = self.accepted[-1]["lamport_clock"] if self.accepted else 0
        if event["lamport_clock"] > clock + max_clock_step:
            return "rejected", "clock-jump"
        attempt = copy.deepcopy(self.fold)  # a refused event leaves no trace
        try:
            attempt.take(naive.normalise_event(event))
        except naive.Refusal as no:
            return "rejected", no.code
        self.fold = attempt
        self.accepted.append(event)
        self.known[event_id] = text
        return "accepted", None
