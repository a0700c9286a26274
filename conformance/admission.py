"""Turns missions that come batch by batch into requests, each of which goes on from an earlier answer's checkpoint."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from .checks import absent, equals, has_type, status_is
from .filling import Pair, filler, fills_a_window, read_limits
from .kinds import Object, objects, rules_of
from .looking_back import same_as, stands_in
from .model import Answer, Case, Check, Json, Memory, Missing, Step, json_body
from .patching import leads_to
from .saved import filled
from .scenarios import Order, anomalies_are, refusal_checks
from .verdicts import (
    advisories_are,
    counts_are,
    horizon_is,
    results_are,
    revised_are,
    settled_are,
)

OPTIONS = ("mission_id", "answer", "settle", "on_late", "max_clock_step")
STATE = "the state before the first batch"


@dataclass(frozen=True)
class Batch:
    """Events that are sent together, and what is to come of them."""

    number: int
    listed: tuple[Pair, ...]
    """The events of the file, each with its verdict; there is none for a batch that is refused."""
    before: Batch | None
    """The batch whose checkpoint it goes on from."""
    data: Object
    """As the file has it."""
    envelope: Object
    roster: Json = None
    is_reversed: bool = False
    is_again: bool = False

    @property
    def name(self) -> str:
        """Give the name under which the answer is saved."""
        return f"batch {self.number}"

    def pairs(self, memory: Memory) -> tuple[Pair, ...]:
        """Give the events as they are sent, those included that fill a window, each with its verdict."""
        pairs = [*self.listed, *filler(self.data, self.envelope, memory)]
        if self.is_reversed:
            pairs = in_order(pairs, [*range(len(pairs))][::-1])
        return tuple((event, once_more(verdict)) for event, verdict in pairs) if self.is_again else tuple(pairs)

    def ledger(self, memory: Memory) -> dict[str, Json]:
        """Give everything that is accepted once this batch was admitted, by event id."""
        accepted = self.before.ledger(memory) if self.before else {}
        for event, verdict in self.pairs(memory):
            if verdict["verdict"] == "accepted":
                accepted[normal_id(event)] = event
        for revision in objects(self.data.get("revised", [])):
            event_id = cast(str, revision["event_id"])
            if revision["verdict"] == "accepted":
                accepted[event_id] = self.held(memory)[event_id]
            else:
                accepted.pop(event_id, None)
        return accepted

    def held(self, memory: Memory) -> dict[str, Json]:
        """Give what was accepted or pending up to this batch, by event id."""
        held = self.before.held(memory) if self.before else {}
        return held | {
            normal_id(event): event
            for event, verdict in self.pairs(memory)
            if verdict["verdict"] in ("accepted", "pending")
        }

    def body(self, memory: Memory, **options: Json) -> bytes:
        """Build the request when its turn comes."""
        body: Object = {"events": [event for event, _ in self.pairs(memory)]}
        body |= {name: self.data[name] for name in OPTIONS if name in self.data} | options
        if "checkpoint" in self.data:
            body["checkpoint"] = self.data["checkpoint"]
        elif self.before is not None:
            body["checkpoint"] = {"$saved": self.before.name, "at": "/checkpoint"}
        if self.roster is not None and (self.before is None or "roster" in self.data):
            body["roster"] = self.roster
        return json_body(filled(body, memory))

    def sent_again(self) -> Batch:
        """Give the same batch, sent once more with the checkpoint that it led to."""
        kept = ("fill", "max_clock_step", "answer")
        data = {name: value for name, value in self.data.items() if name in kept}
        return replace(self, before=self, data=data, roster=None, is_again=True)


def normal_id(event: Json) -> str:
    """Give the id of an event as it is told."""
    return str(event.get("event_id")).upper() if isinstance(event, dict) else ""


def in_order(pairs: Sequence[Pair], order: Order) -> list[Pair]:
    """Send events in another order; of events that say the same the first one is accepted."""
    told: defaultdict[str, deque[Object]] = defaultdict(deque)
    for event, verdict in pairs:
        told[sameness(event, verdict)].append(verdict)
    return [(pairs[index][0], told[sameness(*pairs[index])].popleft()) for index in order]


def once_more(verdict: Object) -> Object:
    """Give the verdict on an event that comes again; why it is rejected then is another matter."""
    if verdict["verdict"] in ("accepted", "pending"):
        return {**verdict, "verdict": "duplicate", "stands": verdict["verdict"]}
    return {"verdict": "rejected"} if verdict["verdict"] == "rejected" else verdict


def sameness(event: Json, verdict: Object) -> str:
    """Return the same text for events that may swap verdicts: those of one id, one held, others duplicates."""
    event_id = normal_id(event)
    return event_id if verdict["verdict"] in ("accepted", "pending", "duplicate") else f"{event_id} {verdict}"


def admission_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "admission"`."""
    envelope = cast(Object, data["envelope"])
    for case in objects(data["cases"]):
        yield Case(cast(str, case["name"]), rules_of(case), file, tuple(case_steps(case, envelope)))


def case_steps(case: Object, envelope: Object) -> list[Step]:
    """Send the batches of a case, after the limits have been read where they fill a window."""
    read = batches(case, envelope)
    steps: list[Step] = []
    if any(fills_a_window(batch.data) for batch in read):
        steps.append(read_limits())
    if any("changes" in batch.data for batch in read):
        steps.append(start_state(read[0]))
    for batch in read:
        steps += batch_steps(batch, len(steps))
    return steps


def batches(case: Object, envelope: Object) -> Sequence[Batch]:
    """Read the batches of a case; each goes on from the last one that was not refused, unless it says otherwise."""
    read: list[Batch] = []
    for number, data in enumerate(objects(case["batches"])):
        events = [
            {**envelope, **event} if isinstance(event, dict) else event for event in cast("list[Json]", data["events"])
        ]
        told = cast("list[Json]", data.get("verdicts", ["rejected"] * len(events)))
        verdicts = [verdict_of(verdict) for verdict in told]
        before = batch_before(data, read)
        listed = tuple(zip(events, verdicts, strict=True))
        read.append(Batch(number, listed, before, data, envelope, data.get("roster", case.get("roster"))))
    return read


def batch_before(data: Object, read: Sequence[Batch]) -> Batch | None:
    """Find the batch whose checkpoint is sent."""
    if "after" in data:
        return None if data["after"] is None else read[cast(int, data["after"])]
    return next((batch for batch in reversed(read) if "refusal" not in batch.data), None)


def verdict_of(verdict: Json) -> Object:
    """Read a verdict; a text stands for one of which there is no more to say."""
    return verdict if isinstance(verdict, dict) else {"verdict": verdict}


def batch_steps(batch: Batch, start: int) -> Iterator[Step]:
    """Send a batch and judge the answer, then send it in another order, and once more."""
    label = f"POST /admit, batch {batch.number}"
    backwards = replace(batch, is_reversed=True)
    if "refusal" in batch.data:
        refusal, order = cast(Object, batch.data["refusal"]), [*range(len(batch.listed))]
        yield admit(batch, label, refusal_checks(refusal, order))
        if len(order) > 1:
            yield admit(backwards, f"{label} reversed", refusal_checks(refusal, order[::-1]))
        return
    yield admit(batch, label, (*admitted(batch), *told_of(batch.data)), keep=True)
    if has_whole_state(batch):
        yield reduce_accepted(batch, start)
    if len(batch.listed) > 1 or "fill" in batch.data:
        yield admit(backwards, f"{label} reversed", (*admitted(backwards), *unmoved(batch)))
    if "changes" in batch.data:
        yield changes(batch, label)
    if "settle" not in batch.data:
        again = batch.sent_again()
        yield admit(again, f"{label} again, with its own checkpoint", (*admitted(again), *unmoved(batch)))


def admit(batch: Batch, label: str, checks: Sequence[Check], *, keep: bool = False) -> Step:
    """Make one request to `/admit`."""
    save = partial(saved_answer, batch.name) if keep else None
    return Step(label, "POST", "/admit", tuple(checks), batch.body, save=save)


def saved_answer(name: str, answer: Answer) -> dict[str, Json]:
    """Keep a whole answer."""
    return {name: None if isinstance(answer.json, Missing) else answer.json}


def admitted(batch: Batch) -> Iterator[Check]:
    """Expect the verdicts."""
    yield status_is(200)
    yield has_type("/checkpoint", "string")
    yield results_are(batch.pairs)
    yield counts_are(batch.pairs)
    yield revised_are(objects(batch.data.get("revised", [])))
    yield settled_are(cast("Object | None", batch.data.get("settled")))
    answer = batch.data.get("answer") or "state"
    yield from (absent(f"/{name}") for name in ("state", "changes") if name != answer)


def told_of(data: Object) -> Iterator[Check]:
    """Expect what the file says of the state, the horizon and the advisories."""
    state = cast(Object, data.get("state", {}))
    yield from (equals(f"/state/{field}", value) for field, value in state.items())
    if "state" in data:
        yield anomalies_are(objects(data.get("anomalies", [])), "/state/anomalies")
    if "mission" in data:
        yield equals("/mission_id", data["mission"])
    if "horizon" in data:
        yield horizon_is(cast("Object | None", data["horizon"]))
    if "same_state_as" in data:
        yield same_as("/state", f"batch {data['same_state_as']}", "/state")
    if "same_advisories_as" in data:
        yield same_as("/advisories", f"batch {data['same_advisories_as']}", "/advisories")
    if "advisories" in data:
        yield advisories_are(objects(data["advisories"]))


def unmoved(batch: Batch) -> Iterator[Check]:
    """Expect the state, the horizon and the advisories that the batch led to."""
    if (batch.data.get("answer") or "state") == "state":
        yield same_as("/state", batch.name, "/state")
    yield same_as("/horizon", batch.name, "/horizon")
    yield same_as("/advisories", batch.name, "/advisories")


def has_whole_state(batch: Batch) -> bool:
    """Whether the state is that of everything accepted: nothing was handed out, and it is answered."""
    first: Batch | None = batch
    while first is not None and "settle" not in first.data:
        first = first.before
    return first is None and (batch.data.get("answer") or "state") == "state"


def reduce_accepted(batch: Batch, admit_step: int) -> Step:
    """Expect the same bytes from strict reduction of exactly what is accepted."""

    def body(memory: Memory) -> bytes:
        mission_id: Json = {"$saved": batch.name, "at": "/mission_id"}
        accepted = list(batch.ledger(memory).values())
        request: Object = {"events": accepted, "mode": "strict", "mission_id": mission_id}
        if (roster := first_of(batch).roster) is not None:
            request["roster"] = roster
        return json_body(filled(request, memory))

    label = f"POST /reduce, strict, all that is accepted after batch {batch.number}"
    return Step(label, "POST", "/reduce", (status_is(200), stands_in(admit_step, "/state")), body)


def start_state(first: Batch) -> Step:
    """Save the state that a mission has before its first event."""

    def body(memory: Memory) -> bytes:
        return replace(first, listed=(), data={name: first.data[name] for name in OPTIONS if name in first.data}).body(
            memory, answer="state"
        )

    save = partial(saved_answer, STATE)
    return Step("POST /admit, no events", "POST", "/admit", (status_is(200),), body, save=save)


def changes(batch: Batch, label: str) -> Step:
    """Expect a patch that leads from the state before to the state after."""
    before = batch.before.name if batch.before else STATE
    checks = (status_is(200), absent("/state"), leads_to("/changes", before, batch.name))
    return Step(f"{label}, changes", "POST", "/admit", checks, partial(batch.body, answer="changes"))


def first_of(batch: Batch) -> Batch:
    """Give the batch that a mission began with."""
    return first_of(batch.before) if batch.before else batch
