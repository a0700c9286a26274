"""Turns missions that come batch by batch into requests, each of which goes on from an earlier answer's checkpoint."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from .checks import equals, has_type, status_is
from .kinds import Object, objects, rules_of
from .looking_back import same_as, stands_in
from .model import Answer, Case, Check, Json, Memory, Missing, Step, json_body
from .saved import filled
from .scenarios import Order, anomalies_are, refusal_checks
from .verdicts import advisories_are, counts_are, results_are

OPTIONS = ("on_late", "max_clock_step")


@dataclass(frozen=True)
class Batch:
    """Events that are sent together, and what is to come of them."""

    number: int
    events: tuple[Json, ...]
    verdicts: tuple[Object, ...]
    """One an event; none for a batch that is refused."""
    before: Batch | None
    """The batch whose checkpoint it goes on from."""
    data: Object
    """As the file has it."""
    roster: Json = None

    @property
    def name(self) -> str:
        """Give the name under which the answer is saved."""
        return f"batch {self.number}"

    @property
    def accepted(self) -> list[Json]:
        """List everything that was accepted up to here."""
        pairs = zip(self.events, self.verdicts, strict=True)
        mine = [event for event, verdict in pairs if verdict["verdict"] == "accepted"]
        return [*(self.before.accepted if self.before else ()), *mine]

    def body(self, memory: Memory) -> bytes:
        """Build the request when its turn comes."""
        body: Object = {"events": list(self.events)}
        body |= {name: self.data[name] for name in OPTIONS if name in self.data}
        if "checkpoint" in self.data:
            body["checkpoint"] = self.data["checkpoint"]
        elif self.before is not None:
            body["checkpoint"] = {"$saved": self.before.name, "at": "/checkpoint"}
        if self.roster is not None and (self.before is None or "roster" in self.data):
            body["roster"] = self.roster
        return json_body(filled(body, memory))

    def in_order(self, order: Order) -> Batch:
        """Give the same batch, sent in another order; of events that say the same the first one is accepted."""
        events = tuple(self.events[index] for index in order)
        told: defaultdict[str, deque[Object]] = defaultdict(deque)
        for event, verdict in zip(self.events, self.verdicts, strict=True):
            told[sameness(event, verdict)].append(verdict)
        verdicts = [told[sameness(self.events[index], self.verdicts[index])].popleft() for index in order]
        return replace(self, events=events, verdicts=tuple(verdicts))

    def sent_again(self) -> Batch:
        """Give the same batch, sent once more with the checkpoint that it led to."""
        verdicts = tuple(map(once_more, self.verdicts))
        data = {name: value for name, value in self.data.items() if name == "max_clock_step"}
        return replace(self, verdicts=verdicts, before=self, data=data, roster=None)


def once_more(verdict: Object) -> Object:
    """Give the verdict on an event that comes again; why it is rejected then is another matter."""
    if verdict["verdict"] == "accepted":
        return {**verdict, "verdict": "duplicate"}
    return {"verdict": "rejected"} if verdict["verdict"] == "rejected" else verdict


def sameness(event: Json, verdict: Object) -> str:
    """Tell which events take each other's verdict: those of one id, where one is accepted and others duplicate."""
    event_id = str(event.get("event_id")).upper() if isinstance(event, dict) else ""
    return event_id if verdict["verdict"] in ("accepted", "duplicate") else f"{event_id} {verdict}"


def admission_cases(data: Object, file: str) -> Iterator[Case]:
    """Give the cases of a file of `"kind": "admission"`."""
    envelope = cast(Object, data["envelope"])
    for case in objects(data["cases"]):
        steps: list[Step] = []
        for batch in batches(case, envelope):
            steps += batch_steps(batch, len(steps))
        yield Case(cast(str, case["name"]), rules_of(case), file, tuple(steps))


def batches(case: Object, envelope: Object) -> Sequence[Batch]:
    """Read the batches of a case; each goes on from the last one that was not refused, unless it says otherwise."""
    read: list[Batch] = []
    for number, data in enumerate(objects(case["batches"])):
        events = tuple(
            {**envelope, **event} if isinstance(event, dict) else event for event in cast("list[Json]", data["events"])
        )
        before = batch_before(data, read)
        verdicts = tuple(verdict_of(verdict) for verdict in cast("list[Json]", data.get("verdicts", [])))
        read.append(Batch(number, events, verdicts, before, data, data.get("roster", case.get("roster"))))
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
    backwards = list(range(len(batch.events)))[::-1]
    label = f"POST /admit, batch {batch.number}"
    if "refusal" in batch.data:
        refusal = cast(Object, batch.data["refusal"])
        yield admit(batch, label, refusal_checks(refusal, backwards[::-1]))
        if len(backwards) > 1:
            other_way = replace(batch, events=batch.events[::-1])
            yield admit(other_way, f"{label} reversed", refusal_checks(refusal, backwards))
        return
    yield admit(batch, label, (*admitted(batch), *told_of(batch.data)), keep=True)
    yield reduce_accepted(batch, start)
    if len(backwards) > 1:
        other_way = batch.in_order(backwards)
        yield admit(other_way, f"{label} reversed", (*admitted(other_way), *unmoved(batch)))
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
    yield results_are(batch.events, batch.verdicts)
    yield counts_are(batch.verdicts)


def told_of(data: Object) -> Iterator[Check]:
    """Expect what the file says of the state and the advisories."""
    state = cast(Object, data.get("state", {}))
    yield from (equals(f"/state/{field}", value) for field, value in state.items())
    if "state" in data:
        yield anomalies_are(objects(data.get("anomalies", [])), "/state/anomalies")
    if "same_state_as" in data:
        yield same_as("/state", f"batch {data['same_state_as']}", "/state")
    if "same_advisories_as" in data:
        yield same_as("/advisories", f"batch {data['same_advisories_as']}", "/advisories")
    if "advisories" in data:
        yield advisories_are(objects(data["advisories"]))


def unmoved(batch: Batch) -> Iterator[Check]:
    """Expect the state and the advisories that the batch led to."""
    yield same_as("/state", batch.name, "/state")
    yield same_as("/advisories", batch.name, "/advisories")


def reduce_accepted(batch: Batch, admit_step: int) -> Step:
    """Expect the same bytes from strict reduction of everything that was accepted so far."""

    def body(memory: Memory) -> bytes:
        request: Object = {"events": batch.accepted, "mode": "strict"}
        if (roster := first_of(batch).roster) is not None:
            request["roster"] = roster
        return json_body(filled(request, memory))

    label = f"POST /reduce, strict, all that was accepted up to batch {batch.number}"
    return Step(label, "POST", "/reduce", (status_is(200), stands_in(admit_step, "/state")), body)


def first_of(batch: Batch) -> Batch:
    """Give the batch that a mission began with."""
    return first_of(batch.before) if batch.before else batch
