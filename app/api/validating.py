"""`POST /validate` and `POST /validate/batch`: verdicts. Judging bad data is a success."""

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Literal

from starlette.responses import Response

from app.api.problems import Finding, Problem, at_event
from app.api.reading import read_request, text_member
from app.api.wire import BatchVerdict, EventVerdict, ValidateBatchRequest, ValidateRequest, Violation
from app.contract.envelope import Event
from app.contract.errors import Location, UnknownEventTypeError
from app.contract.mapping import judge_mapping
from app.contract.payloads import PAYLOAD_MODELS
from app.contract.validation import judge_by_model, judge_by_schema, validate_event
from app.settings import Settings

MOST_DETAILED_EVENTS: Final = 1_000
MOST_VIOLATIONS: Final = 10

Report = Literal["all", "invalid"]
Found = tuple[Literal["model", "schema", "mapping"], Location, str, str]


def validate_body(body: bytes, limits: Settings) -> Response:
    """Answer a `/validate` request; raises `Problem`."""
    request = read_request(ValidateRequest, body, limits)
    try:
        result = validate_event(request.payload, request.event_type)
    except UnknownEventTypeError as error:
        raise unknown_event_type(error) from None
    return Response(result.model_dump_json(), media_type="application/json")


def validate_batch_body(body: bytes, report: Report, limits: Settings) -> Response:
    """Answer a `/validate/batch` request; raises `Problem`."""
    events = read_request(ValidateBatchRequest[Any], body, limits).events
    results: list[EventVerdict] = []
    invalid = 0
    for index, event in enumerate(events):
        verdict = _verdict(index, event, detailed=invalid < MOST_DETAILED_EVENTS)
        invalid += not verdict.valid
        if report == "all" or not verdict.valid:
            results.append(verdict)
    answer = BatchVerdict(valid=not invalid, total=len(events), invalid=invalid, results=results)
    return Response(answer.model_dump_json(), media_type="application/json")


def unknown_event_type(error: UnknownEventTypeError) -> Problem:
    """Make the problem of a type that is none of the 14, with the known ones."""
    near = difflib.get_close_matches(error.event_type[:100], error.known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    message = f"Input should be one of {', '.join(error.known)}"
    finding = Finding(pointer="/event_type", code=error.code, message=message)
    return Problem(error.code, f"{error}.{guess}", (finding,), about={"event_type": error.event_type[:200]})


def _verdict(index: int, event: Any, *, detailed: bool) -> EventVerdict:
    found = list(islice(_judged(event), MOST_VIOLATIONS if detailed else 1))
    return EventVerdict(
        index=index,
        event_id=text_member(event, "event_id"),
        event_type=text_member(event, "event_type"),
        valid=not found,
        violations=[
            Violation(layer=layer, pointer=at_event(index, location), code=code, message=message)
            for layer, location, code, message in found
            if detailed
        ],
    )


def _judged(event: Any) -> Iterator[Found]:
    """Ask every judge about one event: the envelope's two, the payload's two, the mapping."""
    yield from _by_both_layers(event, Event, ())
    event_type = event.get("event_type") if isinstance(event, dict) else None
    if isinstance(event_type, str) and event_type in PAYLOAD_MODELS:
        if isinstance(event.get("payload"), dict):
            yield from _by_both_layers(event["payload"], PAYLOAD_MODELS[event_type], ("payload",))
        for location, violation in judge_mapping(event):
            yield "mapping", location, violation.violation_type, violation.message


def _by_both_layers(data: Any, model: Any, before: Location) -> Iterator[Found]:
    for location, by_model in judge_by_model(data, model):
        yield "model", (*before, *location), by_model.violation_type, by_model.message
    for location, by_schema in judge_by_schema(data, model):
        yield "schema", (*before, *location), by_schema.validator, by_schema.message
