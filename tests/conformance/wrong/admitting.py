"""Variants that get wrong what becomes of an event in the live loop (A18 to A22, A26 to A29)."""

from dataclasses import replace

from conformance.kinds import Object, objects
from conformance.model import Json

from .answers import answering
from .between import Exchange, listed, replies, requests
from .variant import Variant


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
        "passes over a roster beside a checkpoint",
        "A roster that has no effect is taken without a word.",
        "A25",
        "A roster beside a checkpoint is refused",
        ("status", "422", "200"),
        around=requests(without_roster),
    ),
)
