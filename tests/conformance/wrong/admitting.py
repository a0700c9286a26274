"""Variants that get wrong what a batch asks for in the live loop, and what it is told (A17 to A27, A39, L5)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.api.endpoints import admission
from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.admission.mission import start_mission

from .answers import answering
from .between import Exchange, listed, replies, requests
from .variant import Patch, Variant, instead

SERVICE = "app.api.endpoints.admission"
right_options_of = admission.options_of


def asking(**changes: Any) -> Patch:
    """Do not hear something that a request asks for."""

    def options_of(request: Any, limits: Any) -> Any:
        options = right_options_of(request, limits)
        return replace(options, for_batch=replace(options.for_batch, **changes))

    return instead("app.api.endpoints.admit.options_of", options_of)


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
        "admits the rest of a batch that it was asked to refuse",
        "A caller who wanted all or nothing gets some.",
        "A27",
        "Late events refuse the batch where that is asked for",
        ("status", "409", "200"),
        changes=(asking(on_late="reject"),),
    ),
    Variant(
        "refuses every batch with a late event",
        "One late event stops all others though the request did not ask for that.",
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
        "tells changes that take nothing away",
        "A copy that follows the changes goes its own way.",
        "A39",
        "Changes lead from the state before to the state after",
        ("/changes/participants/p2", "(missing)", '{"participant_id": "p2", "participant_type": "huma'),
        around=admitting(unremoved),
    ),
)
