"""`POST /validate` and `POST /validate/batch`: verdicts. Judging bad data is a success."""

import difflib
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, Literal, get_args

import msgspec
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body.locations import IN_ARRAY, ArrayLocations, LineLocations
from app.api.body.ndjson import Line, are_small, lines_of, read_line
from app.api.body.parse import check_count, read_batch, read_request, read_surely, text_member
from app.api.body.receive import JSON, NDJSON, read_media_type
from app.api.headers import header
from app.api.negotiation import require_acceptable
from app.api.operation import ANY_LINE, BODY_PROBLEMS, LOST, Operation, Service, json_handler
from app.api.query import check_query, read_choice
from app.api.schemas import BatchVerdict, EventVerdict, ValidateBatchRequest, ValidateRequest, Violation
from app.problems import Finding, Problem
from app.responses import BatchResponse, BatchStatistics, batch_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location, UnknownEventTypeError
from mission_collaboration.contract.mapping import judge_mapping
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.schemas import validator
from mission_collaboration.contract.validation import judge_by_model, judge_by_schema, validate_event
from mission_collaboration.contract.violations import ConformanceResult
from mission_collaboration.decoding.reader import SureReader
from mission_collaboration.decoding.structs import struct_for

MOST_DETAILED_EVENTS: Final = 1_000
MOST_VIOLATIONS: Final = 10
SURE_READER: Final = SureReader(ValidateBatchRequest[Event])
BatchRecord: Final = struct_for(BatchVerdict)
VerdictRecord: Final = struct_for(EventVerdict)
ViolationRecord: Final = struct_for(Violation, sparse=True)

Report = Literal["all", "invalid"]
REPORTS: Final = get_args(Report)
Layer = Literal["model", "schema", "mapping"]
Found = tuple[Layer, Location, str, str]


def validate_body(body: bytes, limits: Settings) -> Response:
    """Answer a `/validate` request; raises `Problem`."""
    request = read_request(ValidateRequest, body, limits)
    try:
        result = validate_event(request.payload, request.event_type)
    except UnknownEventTypeError as error:
        raise unknown_event_type(error) from None
    response = BatchResponse(result.model_dump_json(), media_type="application/json")
    response.statistics = BatchStatistics(1, {request.event_type: 1})
    return response


def validate_batch_body(body: bytes, limits: Settings, report: Report = "all") -> Response:
    """Answer a `/validate/batch` request; raises `Problem`."""
    if read_surely(SURE_READER, body, limits) is not None:
        verdicts = _surely_valid(msgspec.json.decode(body)["events"])
        if verdicts is not None:
            return _batch_response(verdicts, report)
    events = read_batch(ValidateBatchRequest[Any], body, limits).events
    return _batch_response(list(_judged_one_by_one(events, IN_ARRAY)), report)


def validate_batch_lines(body: bytes, limits: Settings, report: Report) -> Response:
    """Answer a `/validate/batch` request whose body is NDJSON; a line that is no JSON has its verdict too."""
    if are_small(body, limits) and SURE_READER.read_lines(body) is not None:
        verdicts = _surely_valid([msgspec.json.decode(line.text) for line in lines_of(bytes(body))])
        if verdicts is not None and len(verdicts) <= limits.max_events:
            return _batch_response(verdicts, report)
    lines = list(lines_of(bytes(body)))
    check_count(len(lines), limits, pointer="")
    values = [_line_value(line, limits) for line in lines]
    places = LineLocations([line.number for line in lines])
    return _batch_response(list(_judged_one_by_one(values, places)), report)


def _line_value(line: Line, limits: Settings) -> Any:
    try:
        return read_line(line, limits)
    except Problem as problem:
        return problem


def _batch_response(verdicts: list[EventVerdict], report: Report) -> Response:
    invalid = sum(not verdict.valid for verdict in verdicts)
    answer = BatchRecord(
        valid=not invalid,
        total=len(verdicts),
        invalid=invalid,
        results=[verdict for verdict in verdicts if not verdict.valid] if report == "invalid" else verdicts,
    )
    response = BatchResponse(msgspec.json.encode(answer), media_type="application/json")
    response.statistics = batch_statistics(verdicts)
    return response


def _surely_valid(events: list[Any]) -> list[EventVerdict] | None:
    """Ask the schemas and the mapping about events that surely fit their models; None when one is not valid."""
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


def _judged_one_by_one(events: list[Any], places: ArrayLocations) -> Iterator[EventVerdict]:
    invalid = 0
    for index, event in enumerate(events):
        verdict = _verdict(index, event, places, detailed=invalid < MOST_DETAILED_EVENTS)
        invalid += not verdict.valid
        yield verdict


def unknown_event_type(error: UnknownEventTypeError) -> Problem:
    """Make the problem of a type that is no collaboration type, with the known ones."""
    near = difflib.get_close_matches(error.event_type[:100], error.known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    message = f"Input should be one of {', '.join(error.known)}"
    finding = Finding(pointer="/event_type", code=error.code, message=message)
    return Problem(error.code, f"{error}.{guess}", (finding,), about={"event_type": error.event_type[:200]})


def _verdict(index: int, event: Any, places: ArrayLocations, *, detailed: bool) -> EventVerdict:
    found = list(islice(_judged(event), MOST_VIOLATIONS)) if detailed else []
    verdict: EventVerdict = VerdictRecord(
        index=index,
        event_id=text_member(event, "event_id"),
        event_type=text_member(event, "event_type"),
        valid=not found if detailed else _is_valid(event),
        violations=[_violation(index, places, *violation) for violation in found],
    )
    return verdict


def _is_valid(event: Any) -> bool:
    """Ask the schema of the envelope first: it says no without collecting why, for a batch of rubbish."""
    if isinstance(event, Problem) or not validator(Event).is_valid(event):
        return False
    return next(_judged(event), None) is None


def _violation(
    index: int, places: ArrayLocations, layer: Layer, location: Location, code: str, message: str
) -> Violation:
    at = places.finding(index, location, code, message)
    violation: Violation = ViolationRecord(
        layer=layer, pointer=at.pointer or "", code=code, message=message, line=at.line
    )
    return violation


def _judged(event: Any) -> Iterator[Found]:
    """Ask every judge about one event: the envelope's two, the payload's two, the mapping."""
    if isinstance(event, Problem):
        yield "model", (), event.code, event.findings[0].message
        return
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


async def validate_batch(request: Request, service: Service) -> Response:
    """Judge every event of a batch, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    judge = validate_batch_lines if read_media_type(request, JSON, NDJSON) == NDJSON else validate_batch_body
    check_query(request, "report")
    report: Report = read_choice(request, "report", REPORTS)
    return await service.work_on_body(request, judge, report)


REPORT: Final = {
    "name": "report",
    "in": "query",
    "description": "`invalid` leaves the valid events out of `results`.",
    "schema": {"type": "string", "enum": ["all", "invalid"], "default": "all"},
}
VALIDATE: Final = Operation(
    method="post",
    path="/validate",
    operation_id="validatePayload",
    tag="Events",
    summary="Judge one payload",
    description=(
        "Holds a payload against its model and, separately, against its JSON Schema, and tells everything that "
        "either refuses. Judging bad data is a success: the answer is 200 with `valid: false`."
    ),
    handler=json_handler(validate_body),
    answer=ConformanceResult,
    answered="The verdict of both layers; `valid` says whether either has anything to say.",
    request=ValidateRequest,
    problems=(*BODY_PROBLEMS, "unknown-event-type", *LOST),
    examples=examples.VALIDATE,
)
PublishedRequest: Final = ValidateBatchRequest[Event | JsonValue]
VALIDATE_BATCH: Final = Operation(
    method="post",
    path="/validate/batch",
    operation_id="validateBatch",
    tag="Events",
    summary="Judge every event of a batch",
    description=(
        "One verdict an event, in input order: its envelope, its payload and the canonical mapping between the "
        "two. A bad event never taints its neighbours. Other types are judged by their envelope only. Details are"
        " given for the first 1,000 invalid events, ten violations each."
    ),
    handler=validate_batch,
    answer=BatchVerdict,
    answered="The verdicts, and how many events are invalid.",
    request=PublishedRequest,
    lines=ANY_LINE,
    parameters=(REPORT,),
    problems=(*BODY_PROBLEMS, "too-many-events", "event-too-large", *LOST),
    examples=examples.VALIDATE_BATCH,
)
