"""Variants that get wrong what becomes of an event in the live loop (A18 to A22, A26 to A29)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.admission import admit
from mission_collaboration.admission import mission as admitting
from mission_collaboration.admission.batch import Batch
from mission_collaboration.admission.errors import LateEventsError
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.recent_events import RecentEvents
from mission_collaboration.admission.verdicts import Verdict
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.reducer.ordering import sort_key

from .answers import answering
from .between import Exchange, listed, replies, requests
from .variant import Patch, Variant, instead

right_batch = admit.admit_batch
right_fold = Mission.fold
right_last = RecentEvents.last


def batches(change: Any) -> Patch:
    return instead("app.api.endpoints.admit.admit_batch", change)


def folding(change: Any) -> Patch:
    return instead("mission_collaboration.admission.mission.Mission.fold", change)


def never_refuse(mission: Mission, batch: Batch, on_late: Any, step: int) -> list[Verdict]:
    return right_batch(mission, batch, "reject", step)


def always_refuse(mission: Mission, batch: Batch, on_late: Any, step: int) -> list[Verdict]:
    return right_batch(mission, batch, "refuse", step)


def any_step(mission: Mission, batch: Batch, on_late: Any, step: int) -> list[Verdict]:
    return right_batch(mission, batch, on_late, 2**53)


def same_step(mission: Mission, batch: Batch, on_late: Any, step: int) -> list[Verdict]:
    return right_batch(mission, batch, on_late, admitting.MAX_CLOCK_STEP)


class Kept:
    """A service that keeps what it folded of the batches that it refused."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    @contextmanager
    def refusals(self, mission: Mission) -> Iterator[None]:
        try:
            yield
        except LateEventsError:
            self.ids |= set(mission.recent._new)
            raise

    def batch(self, mission: Mission, batch: Batch, on_late: Any, step: int) -> list[Verdict]:
        with self.refusals(mission):
            return [self.known(verdict) for verdict in right_batch(mission, batch, on_late, step)]

    def known(self, verdict: Verdict) -> Verdict:
        if verdict.event_id not in self.ids or verdict.verdict != "accepted":
            return verdict
        return Verdict(verdict.index, verdict.event_id, verdict.event_type, "duplicate")


def move_first(mission: Mission, event: ReadEvent) -> None:
    mission.watermark = sort_key(event)
    right_fold(mission, event)


def count_refused(mission: Mission, event: ReadEvent) -> None:
    try:
        right_fold(mission, event)
    except EventRefusedError:
        mission.accumulator.event_count += 1
        raise


def note_refused(mission: Mission, event: ReadEvent) -> None:
    """Fold as permissive reduction does, and call the event rejected all the same."""
    before = mission.accumulator.strict
    try:
        right_fold(mission, event)
    except EventRefusedError as refusal:
        mission.accumulator.strict = False
        mission.accumulator.refuse(refusal)
        mission.accumulator.strict = before
        raise


def remember_refused(mission: Mission, event: ReadEvent) -> None:
    try:
        right_fold(mission, event)
    except EventRefusedError:
        accepted = dict(mission.recent._new)
        mission.recent._new.clear()
        mission.recent._new.update({event.event_id: event, **accepted})
        raise


def set_mission_first(mission: Mission, event: ReadEvent) -> None:
    if event.payload is not None:
        mission.accumulator.mission_id = mission.accumulator.mission_id or event.payload.mission_id
    right_fold(mission, event)


def past_by_clock(mission: Mission, event: ReadEvent) -> bool:
    return mission.watermark is not None and (event.lamport_clock or 0) < mission.watermark[0]


def past_by_instant(mission: Mission, event: ReadEvent) -> bool:
    return mission.watermark is not None and event.timestamp < mission.watermark[1]


def in_canonical_order(answer: Object, request: Object) -> Object:
    clocks = [event.get("lamport_clock") for event in listed(request)]
    results = objects(answer["results"])
    if len(clocks) != len(results) or not all(isinstance(clock, int) for clock in clocks):
        return answer
    order = sorted(range(len(results)), key=lambda place: str(clocks[place]).zfill(16))
    return {**answer, "results": list[Json](results[place] for place in order)}


def without_the_rejected(answer: Object, request: Object) -> Object:
    return {**answer, "results": [told for told in objects(answer["results"]) if told["verdict"] != "rejected"]}


def accept_ignored(answer: Object, request: Object) -> Object:
    ignored = answer["ignored"]
    accepted = answer["accepted"]
    assert isinstance(ignored, int)
    assert isinstance(accepted, int)
    return {**answer, "accepted": accepted + ignored, "ignored": 0}


def without_pointers(answer: Object, request: Object) -> Object:
    kept = ({name: value for name, value in told.items() if name != "pointer"} for told in objects(answer["results"]))
    return {**answer, "results": list[Json](kept)}


def refuse_malformed(exchange: Exchange) -> Exchange:
    malformed = exchange.path == "/admit" and b'"code":"invalid-request"' in exchange.body
    return replace(exchange, status=422) if malformed else exchange


def refuse_rejected(exchange: Exchange) -> Exchange:
    nothing = exchange.path == "/admit" and b'"accepted":0' in exchange.body and b'"rejected":0' not in exchange.body
    return replace(exchange, status=422) if nothing else exchange


def without_roster(request: Object) -> Object:
    return {name: value for name, value in request.items() if name != "roster" or "checkpoint" not in request}


VARIANTS = (
    Variant(
        "judges events as they were sent",
        "Who joins and acts in one batch is a stranger when the join stands behind the act.",
        "A18",
        "A leave sent first is judged last",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead("mission_collaboration.admission.mission.in_order", list),),
    ),
    Variant(
        "lists verdicts in canonical order",
        "The verdict on an event stands elsewhere than the event.",
        "A17",
        "The first batch needs no checkpoint",
        ("/results/0/index", "0", "1"),
        around=replies(in_canonical_order, to="/admit"),
    ),
    Variant(
        "leaves rejected events out of the results",
        "An event that was rejected has no verdict.",
        "A18",
        "Events are judged in canonical order, not as sent",
        ("/results", '"3 verdicts"', '[{"index": 0, "event_id": "01J00000000000000000000'),
        around=replies(without_the_rejected, to="/admit"),
    ),
    Variant(
        "answers 422 when all is rejected",
        "A batch in which nothing was good is refused as a whole.",
        "A18",
        "Events are judged in canonical order, not as sent",
        ("status", "200", "422"),
        around=answering(refuse_rejected),
    ),
    Variant(
        "refuses a batch for a malformed event",
        "One event that cannot be read stops all others.",
        "A20",
        "A number among events is rejected alone",
        ("status", "200", "422"),
        around=answering(refuse_malformed),
    ),
    Variant(
        "does not say where a rejected event is wrong",
        "A rejection leaves its reader to search the event.",
        "A20",
        "A number among events is rejected alone",
        ("/results/1/pointer", '"a place in /events/1"', "(missing)"),
        around=replies(without_pointers, to="/admit"),
    ),
    Variant(
        "counts ignored events as accepted",
        "An event that was not folded is said to be.",
        "A21",
        "An event of another type is ignored however old it is",
        ("/accepted", "0", "1"),
        around=replies(accept_ignored, to="/admit"),
    ),
    Variant(
        "lets a rejected event move the order",
        "What comes after an event that was rejected is called late.",
        "A19",
        "A rejected event makes no other event late",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(folding(move_first),),
    ),
    Variant(
        "counts a rejected event",
        "An event that was rejected is among those that the state counts.",
        "A19",
        "A rejected event's id may be sent again",
        ("/state/event_count", "1", "2"),
        changes=(folding(count_refused),),
    ),
    Variant(
        "notes a rejected event as an anomaly",
        "A rejection is told in the state for ever.",
        "A19",
        "A rejected event's id may be sent again",
        ("/state/anomalies/0", "(missing)", '{"event_id": "01J00000000000000000000002", "event_'),
        changes=(folding(note_refused),),
    ),
    Variant(
        "remembers the ids of rejected events",
        "An event that was put right cannot be sent again.",
        "A19",
        "A rejected event's id may be sent again",
        ("/results/1/verdict", '"rejected"', '"duplicate"'),
        changes=(folding(remember_refused),),
    ),
    Variant(
        "lets a rejected event set the mission",
        "A stray event of another mission makes all others strays.",
        "A19",
        "A rejected event sets no mission",
        ("/state/mission_id", '""', '"m2"'),
        changes=(folding(set_mission_first),),
    ),
    Variant(
        "folds late events where they arrive",
        "A state depends on how the history was cut.",
        "A26",
        "An event before what was folded is late, and the rest is not",
        ("/results/1/verdict", '"rejected"', '"accepted"'),
        changes=(instead("mission_collaboration.admission.mission.Mission.is_past", lambda mission, event: False),),
    ),
    Variant(
        "finds events late by their clock alone",
        "Two events of one clock cannot come in two batches.",
        "A26",
        "An event of the same clock and a greater id is not late",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead("mission_collaboration.admission.mission.Mission.is_past", past_by_clock),),
    ),
    Variant(
        "finds events late by their time alone",
        "The producer's clock decides what the Lamport clock should.",
        "A26",
        "An event before what was folded is late, and the rest is not",
        ("/results/1/verdict", '"rejected"', '"accepted"'),
        changes=(instead("mission_collaboration.admission.mission.Mission.is_past", past_by_instant),),
    ),
    Variant(
        "admits the rest of a batch that it was asked to refuse",
        "Whoever wanted all or nothing gets some.",
        "A27",
        "Late events refuse the batch where that is asked for",
        ("status", "409", "200"),
        changes=(batches(never_refuse),),
    ),
    Variant(
        "keeps half of a batch that it refused",
        "What stood beside a late event is called a duplicate when it comes again.",
        "A27",
        "Late events refuse the batch where that is asked for",
        ("/results/0/verdict", '"accepted"', '"duplicate"'),
        changes=(batches(Kept().batch),),
    ),
    Variant(
        "refuses every batch with a late event",
        "One late event stops all others though nobody asked for that.",
        "A26",
        "An event before what was folded is late, and the rest is not",
        ("status", "200", "409"),
        changes=(batches(always_refuse),),
    ),
    Variant(
        "takes clocks that jump",
        "One mad clock makes every later event late.",
        "A29",
        "A clock more than a million ahead is a jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(batches(any_step),),
    ),
    Variant(
        "does not let the caller say how far a clock may jump",
        "The step that was asked for is not heard.",
        "A29",
        "The caller says how far a clock may jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(batches(same_step),),
    ),
    Variant(
        "ignores the roster of a mission that starts",
        "Who was on the roster is a stranger.",
        "A25",
        "A roster seeds the mission's start",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead("app.api.endpoints.admit.start", lambda roster: admit.start()),),
    ),
    Variant(
        "passes over a roster beside a checkpoint",
        "A roster that has no effect is taken without a word.",
        "A25",
        "A roster beside a checkpoint is refused",
        ("status", "422", "200"),
        around=requests(without_roster),
    ),
    Variant(
        "calls a reused id a duplicate",
        "Other content under an accepted id is lost without a word.",
        "A24",
        "An accepted id with other content is refused after a checkpoint",
        ("/results/0/verdict", '"rejected"', '"duplicate"'),
        changes=(
            instead("mission_collaboration.admission.recent_events.RecentEvents.has_same", lambda recent, event: True),
        ),
    ),
    Variant(
        "forgets ids across a checkpoint",
        "A batch that is sent again after a time-out is called late.",
        "A24",
        "A thousand events are remembered",
        ("/results/0/verdict", '"duplicate"', '"rejected"'),
        changes=(
            instead(
                "mission_collaboration.admission.recent_events.RecentEvents.knows",
                lambda recent, event: event.event_id in recent._new,
            ),
        ),
    ),
    Variant(
        "remembers a hundred events",
        "A large batch that is sent again is called late.",
        "A24",
        "A thousand events are remembered",
        ("/results/0/verdict", '"duplicate"', '"rejected"'),
        changes=(
            instead(
                "mission_collaboration.admission.recent_events.RecentEvents.last",
                lambda recent, most: right_last(recent, 100),
            ),
        ),
    ),
)
