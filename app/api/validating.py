"""`POST /validate` and `POST /validate/batch`: verdicts. Judging bad data is a success."""

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Literal

import msgspec
from starlette.responses import Response

from app.api.problems import Finding, Problem, at_event
from app.api.reading import read_request, text_member
from app.api.wire import BatchVerdict, EventVerdict, ValidateBatchRequest, ValidateRequest, Violation
from app.contract.envelope import Event
from app.contract.errors import Location, UnknownEventTypeError
from app.contract.mapping import judge_mapping
from app.contract.payloads import PAYLOAD_MODELS
from app.contract.schemas import validator
from app.contract.twins import twin
from app.contract.validation import judge_by_model, judge_by_schema, validate_event
from app.reducer.sure_batch import SureReader
from app.settings import Settings

MOST_DETAILED_EVENTS: Final = 1_000
MOST_VIOLATIONS: Final = 10
SURE_READER: Final = SureReader(ValidateBatchRequest[Event])
BatchRecord: Final = twin(BatchVerdict)
VerdictRecord: Final = twin(EventVerdict)
ViolationRecord: Final = twin(Violation)

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
    verdicts = _surely_valid(body, limits)
    if verdicts is None:
        verdicts = list(_judged_one_by_one(read_request(ValidateBatchRequest[Any], body, limits).events))
    invalid = sum(not verdict.valid for verdict in verdicts)
    answer = BatchRecord(
        valid=not invalid,
        total=len(verdicts),
        invalid=invalid,
        results=[verdict for verdict in verdicts if not verdict.valid] if report == "invalid" else verdicts,
    )
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _surely_valid(body: bytes, limits: Settings) -> list[EventVerdict] | None:
    """Ask every judge about all events at once; None means that each is to be judged by itself."""
    request = SURE_READER.read(body)
    if request is None or len(request.events) > limits.max_events:
        return None
    events = msgspec.json.decode(body)["events"]
    if not all(map(_pleases_schemas_and_mapping, events)):
        return None
    return [
        VerdictRecord(
            index=index, event_id=event["event_id"], event_type=event["event_type"], valid=True, violations=[]
        )
        for index, event in enumerate(events)
    ]


def _pleases_schemas_and_mapping(event: dict[str, Any]) -> bool:
    payload_model = PAYLOAD_MODELS[event["event_type"]]
    return (
        validator(Event).is_valid(event)
        and validator(payload_model).is_valid(event["payload"])
        and not judge_mapping(event)
    )


def _judged_one_by_one(events: list[Any]) -> Iterator[EventVerdict]:
    invalid = 0
    for index, event in enumerate(events):
        verdict = _verdict(index, event, detailed=invalid < MOST_DETAILED_EVENTS)
        invalid += not verdict.valid
        yield verdict


def unknown_event_type(error: UnknownEventTypeError) -> Problem:
    """Make the problem of a type that is none of the 14, with the known ones."""
    near = difflib.get_close_matches(error.event_type[:100], error.known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    message = f"Input should be one of {', '.join(error.known)}"
    finding = Finding(pointer="/event_type", code=error.code, message=message)
    return Problem(error.code, f"{error}.{guess}", (finding,), about={"event_type": error.event_type[:200]})


def _verdict(index: int, event: Any, *, detailed: bool) -> EventVerdict:
    found = list(islice(_judged(event), MOST_VIOLATIONS if detailed else 1))
    verdict: EventVerdict = VerdictRecord(
        index=index,
        event_id=text_member(event, "event_id"),
        event_type=text_member(event, "event_type"),
        valid=not found,
        violations=[
            ViolationRecord(layer=layer, pointer=at_event(index, location), code=code, message=message)
            for layer, location, code, message in found
            if detailed
        ],
    )
    return verdict


def _judged(event: Any) -> Iterator[Found]:
    """Ask every judge about one event: the envelope's two, the payload's two, the mapping."""
    yield from _by_both_layers(event, Event, ())
    event_type = event.get("event_type") if isinstance(event, dict) else None
    if isinstance(event_type, str) and event_type in PAYLOAD_MODELS:
        if isinstance(event.get("payload"), dict):
            yield from _by_both_layers(event["payload"], PAYLOAD_MODELS[event_type], ("payload",))
        for violation in judge_mapping(event):
            yield "mapping", violation.location, violation.code, violation.message


def _by_both_layers(data: Any, model: Any, before: Location) -> Iterator[Found]:
    for location, by_model in judge_by_model(data, model):
        yield "model", (*before, *location), by_model.violation_type, by_model.message
    for location, by_schema in judge_by_schema(data, model):
        yield "schema", (*before, *location), by_schema.validator, by_schema.message
