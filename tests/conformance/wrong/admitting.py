"""Variants that get wrong what becomes of an event in the live loop (A17 to A29, L1 to L8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.api.endpoints import admission
from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.admission import merge as merging
from mission_collaboration.admission.door import Door
from mission_collaboration.admission.horizon import Horizon
from mission_collaboration.admission.mission import Mission, start_mission
from mission_collaboration.admission.remembered import Remembered
from mission_collaboration.admission.window import WindowBounds
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import step
from mission_collaboration.reducer.ordering import Placed

from .answers import answering
from .between import Exchange, listed, replies, requests
from .variant import Patch, Variant, instead

DOOR = "mission_collaboration.admission.door"
HORIZON = "mission_collaboration.admission.horizon.Horizon"
SERVICE = "app.api.endpoints.admission"
right_asked = admission.asked_of
right_merge = merging.merge
right_stops = Door.stops
right_malformed = Door._malformed
right_hand_out = Horizon.hand_out


def asking(**changes: Any) -> Patch:
    """Do not hear something that a request asks for."""

    def asked_of(request: Any, limits: Any) -> Any:
        asked = right_asked(request, limits)
        return replace(asked, options=replace(asked.options, **changes))

    return instead("app.api.endpoints.admit.asked_of", asked_of)


def stopping(before: Callable[[Door], None]) -> Patch:
    """Do something to the door before each event."""

    def stops(door: Door, event: FoldEvent) -> Any:
        before(door)
        return right_stops(door, event)

    return instead(f"{DOOR}.Door.stops", stops)


def forget(name: str) -> Callable[[Door], None]:
    return lambda door: setattr(door, name, None)


def fold_all(accumulator: Accumulator, events: Sequence[FoldEvent]) -> dict[int, EventRefusedError]:
    """Fold as permissive reduction does, and call everything accepted."""
    for event in events:
        accumulator.strict = False
        step(accumulator, event)
    return {}


def gate_the_window(mission: Mission, mission_id: Any, new: Any, memory: Any, *, settle: bool) -> Any:
    """Drop what is held and far above the events that came."""
    lowest = min((event.lamport_clock or 0 for event in new), default=2**53)
    kept = [event for event in mission.window if (event.lamport_clock or 0) - lowest <= 1_000_000]
    return right_merge(replace(mission, window=kept), mission_id, new, memory, settle=settle)


def by_clock(event: Placed) -> Any:
    return (event.lamport_clock or 0,)


def by_instant(event: Placed) -> Any:
    return (event.timestamp,)


def set_mission(door: Door, event: FoldEvent) -> Any:
    """Let a malformed event decide the mission."""
    door.mission_id = door.mission_id or event.source.payload["mission_id"]
    return right_malformed(door, event)


def hand_out_and_keep(horizon: Horizon) -> Any:
    kept = [list(entries) for entries in entries_of(horizon)]
    settled = right_hand_out(horizon)
    for entries, before in zip(entries_of(horizon), kept, strict=True):
        entries.extend(before)
    return settled


def entries_of(horizon: Horizon) -> tuple[list[Any], ...]:
    accumulator = horizon.accumulator
    return accumulator.comments, accumulator.decisions, horizon.links, accumulator.anomalies


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


def lacking(name: str) -> Callable[[Object, Object], Object]:
    """Leave a member of every result out."""

    def without(answer: Object, request: Object) -> Object:
        kept = ({key: value for key, value in told.items() if key != name} for told in objects(answer["results"]))
        return {**answer, "results": list[Json](kept)}

    return without


def unrevised(answer: Object, request: Object) -> Object:
    return {**answer, "revised": []}


def revised_backwards(answer: Object, request: Object) -> Object:
    return {**answer, "revised": list[Json](objects(answer["revised"])[::-1])}


def unremoved(answer: Object, request: Object) -> Object:
    if "changes" not in answer:
        return answer
    return {**answer, "changes": [change for change in objects(answer["changes"]) if change["op"] != "remove"]}


def refuse_malformed(exchange: Exchange) -> Exchange:
    malformed = exchange.path == "/admit" and b'"code":"invalid-request"' in exchange.body
    return replace(exchange, status=422) if malformed else exchange


def refuse_rejected(exchange: Exchange) -> Exchange:
    nothing = exchange.path == "/admit" and b'"accepted":0' in exchange.body and b'"rejected":0' not in exchange.body
    return replace(exchange, status=422) if nothing else exchange


def without_roster(request: Object) -> Object:
    return {name: value for name, value in request.items() if name != "roster" or "checkpoint" not in request}


def admitting(change: Callable[[Object, Object], Object]) -> Any:
    return replies(change, to="/admit")


VARIANTS = (
    Variant(
        "lists verdicts in canonical order",
        "The verdict on an event stands elsewhere than the event.",
        "A17",
        "The first batch needs no checkpoint",
        ("/results/0/index", "0", "1"),
        around=admitting(in_canonical_order),
    ),
    Variant(
        "leaves rejected events out of the results",
        "An event that was rejected has no verdict.",
        "A18",
        "All rejected is an answer",
        ("/results", '"2 verdicts"', "[]"),
        around=admitting(without_the_rejected),
    ),
    Variant(
        "answers 422 when all is rejected",
        "A batch in which nothing was good is refused as a whole.",
        "A18",
        "All rejected is an answer",
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
        around=admitting(lacking("pointer")),
    ),
    Variant(
        "counts ignored events as accepted",
        "An event that was not folded is said to be.",
        "A21",
        "A malformed envelope of another type is ignored",
        ("/accepted", "2", "3"),
        around=admitting(accept_ignored),
    ),
    Variant(
        "folds the window in the order of arrival",
        "A state depends on how the history was cut into batches.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/state/active_drivers/0", '"p1"', "(missing)"),
        changes=(instead("mission_collaboration.admission.merge.by_place", list),),
    ),
    Variant(
        "forgets to revise",
        "A backend goes on with verdicts that a late event has changed.",
        "L5",
        "A pending event whose reason changes is told too",
        ("/revised", '[{"event_id": "01J00000000000000000000009", "event', "[]"),
        around=admitting(unrevised),
    ),
    Variant(
        "revises in another order",
        "Revisions do not come in canonical order.",
        "L5",
        "A leave that comes late makes what follows it pending",
        ("/revised/0/event_id", '"01J00000000000000000000005"', '"01J00000000000000000000006"'),
        around=admitting(revised_backwards),
    ),
    Variant(
        "does not say what a duplicate stands as",
        "Whether the event that is held was accepted stays open.",
        "L5",
        "A pending event whose reason changes is told too",
        ("/results/0/stands", '"accepted"', "(missing)"),
        around=admitting(lacking("stands")),
    ),
    Variant(
        "folds pending events",
        "Strangers act in the state.",
        "L4",
        "What comes from a later place does not help",
        ("/results/1/verdict", '"pending"', '"accepted"'),
        changes=(instead("mission_collaboration.admission.merge.fold_accepted", fold_all),),
    ),
    Variant(
        "lets pending events push the horizon",
        "Strangers fill the window, and all others are late.",
        "L4",
        "At most half of a window is pending",
        ("/results/0/verdict", '"rejected"', '"pending"'),
        changes=(instead("mission_collaboration.admission.window.WindowBounds.pending", property(lambda all_: all_)),),
    ),
    Variant(
        "holds no pending events",
        "What lacks a join that comes late is lost.",
        "L4",
        "What comes from a later place does not help",
        ("/results/1/verdict", '"pending"', '"rejected"'),
        changes=(
            instead("mission_collaboration.admission.window.WindowBounds.pending", property(lambda _: WindowBounds(0))),
        ),
    ),
    Variant(
        "settles too early",
        "Half of the window is past the horizon, and events are late that should not be.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/horizon/lamport_clock", "1", "1008"),
        changes=(instead(f"{SERVICE}.WindowBounds", lambda events, size: WindowBounds(events // 2, size)),),
    ),
    Variant(
        "settles too late",
        "The window holds more than the limits tell.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/horizon", '{"lamport_clock": 1}', "null"),
        changes=(instead(f"{SERVICE}.WindowBounds", lambda events, size: WindowBounds(events * 2, size)),),
    ),
    Variant(
        "takes late events in behind the horizon",
        "What was settled changes after all.",
        "L3",
        "An event of the horizon's clock and a smaller id is late",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(stopping(forget("_passed")),),
    ),
    Variant(
        "finds events late by their clock alone",
        "Two events of one clock cannot come in two batches.",
        "L3",
        "An event of the horizon's clock and a greater id is not late",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead(f"{DOOR}.sort_key", by_clock),),
    ),
    Variant(
        "finds events late by their time alone",
        "The producer's clock decides what the Lamport clock should.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(instead(f"{DOOR}.sort_key", by_instant),),
    ),
    Variant(
        "mixes missions",
        "An event of another mission waits in this one.",
        "L6",
        "A conflict is told before a malformed payload and another mission",
        ("/revised", "[]", '[{"event_id": "01J00000000000000000000001", "event'),
        changes=(stopping(forget("mission_id")),),
    ),
    Variant(
        "lets a rejected event set the mission",
        "A stray event of another mission makes all others strays.",
        "A19",
        "A rejected event sets no mission",
        ("/state/mission_id", '""', '"m2"'),
        changes=(instead(f"{DOOR}.Door._malformed", set_mission),),
    ),
    Variant(
        "applies the clock gate in the window",
        "An event that was taken in is dropped when an earlier one comes.",
        "L7",
        "An earlier event is no clock jump for one that is held",
        ("/state/event_count", "2", "1"),
        changes=(instead("mission_collaboration.admission.batch.merge", gate_the_window),),
    ),
    Variant(
        "takes clocks that jump",
        "One mad clock makes every later event late.",
        "A29",
        "A clock more than a million ahead is a jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(instead(f"{DOOR}.Door._jump", lambda door, clock: None),),
    ),
    Variant(
        "does not let the caller say how far a clock may jump",
        "The step that was asked for is not heard.",
        "A29",
        "The caller says how far a clock may jump",
        ("/results/0/verdict", '"rejected"', '"accepted"'),
        changes=(asking(max_clock_step=1_000_000),),
    ),
    Variant(
        "admits the rest of a batch that it was asked to refuse",
        "A caller who wanted all or nothing gets some.",
        "A27",
        "Late events refuse the batch where that is asked for",
        ("status", "409", "200"),
        changes=(asking(on_late="reject"),),
    ),
    Variant(
        "refuses every batch with a late event",
        "One late event stops all others though nobody asked for that.",
        "A26",
        "A late event is rejected alone where that is asked for",
        ("status", "200", "409"),
        changes=(asking(on_late="refuse"),),
    ),
    Variant(
        "ignores the roster of a mission that starts",
        "Who was on the roster is a stranger.",
        "A25",
        "A roster seeds the mission's start",
        ("/results/0/verdict", '"accepted"', '"pending"'),
        changes=(instead(f"{SERVICE}.start_mission", lambda mission_id, roster: start_mission(mission_id)),),
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
        "Other content under an id that is held is lost without a word.",
        "A24",
        "An accepted id with other content is refused after a checkpoint",
        ("/results/0/verdict", '"rejected"', '"duplicate"'),
        changes=(instead(f"{DOOR}.Door.has_same", lambda door, event: True),),
    ),
    Variant(
        "forgets what it settles",
        "A batch that is sent again is called late.",
        "L8",
        "Without settling nothing is handed out",
        ("/results/0/verdict", '"duplicate"', '"rejected"'),
        changes=(
            instead(
                "mission_collaboration.admission.remembered.Remembered.followed_by",
                lambda remembered, events, most: Remembered(),
            ),
        ),
    ),
    Variant(
        "hands out entries and keeps them",
        "What was settled is handed out with every batch.",
        "L8",
        "What cannot change any more is handed out once",
        ("/state/comments/0", "(missing)", '{"comment_id": "c2", "event_id": "01J0000000000000'),
        changes=(instead(f"{HORIZON}.hand_out", hand_out_and_keep),),
    ),
    Variant(
        "settles without being asked",
        "Entries leave the state though nobody asked for that.",
        "L8",
        "Without settling nothing is handed out",
        ("/settled", "(missing)", '{"comments": [{"comment_id": "c2", "event_id": "01'),
        changes=(asking(settle=True),),
    ),
    Variant(
        "does not hold a mission against its checkpoint",
        "A batch goes into the wrong mission.",
        "A38",
        "A pin that does not fit the checkpoint refuses the request",
        ("status", "422", "200"),
        changes=(instead(f"{SERVICE}.pinned", lambda mission, mission_id: mission),),
    ),
    Variant(
        "tells changes that take nothing away",
        "A copy that follows the changes goes its own way.",
        "A39",
        "Changes lead from the state before to the state after",
        ("/changes/participants/p2", "(missing)", '{"participant_id": "p2", "participant_type": "huma'),
        around=admitting(unremoved),
    ),
)
