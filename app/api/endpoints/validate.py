"""`POST /validate` and `POST /validate/batch`: verdicts. Judging bad data is a success."""

import difflib
import math
from typing import Final, Literal, get_args

import msgspec
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body import json_handler, read_media_type, work_on_body
from app.api.negotiation import JSON, NDJSON, require_acceptable
from app.api.operation import ANY_LINE, BODY_PROBLEMS, LOST, Operation, Service
from app.api.request_parts import check_query, header, read_choice
from app.api.schemas import ValidateRequest
from app.problems import Finding, Problem
from app.responses import BatchResponse, BatchStatistics, batch_statistics
from app.settings import Settings
from app.workers.pool import TooMuchInPlaceError, is_in_place
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import UnknownEventTypeError
from mission_collaboration.contract.validation import validate_event
from mission_collaboration.contract.violations import ConformanceResult
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.refusals import IN_ARRAY, ArrayLocations, RequestFinding
from mission_collaboration.decoding.requests import event_too_large, read_all_lines, read_object
from mission_collaboration.decoding.verdicts import (
    VALIDATE_READER,
    BatchVerdict,
    TooManyDoubtfulError,
    ValidateBatchRequest,
    judge_batch,
)

JUDGED_IN_PLACE: Final = 100
Report = Literal["all", "invalid"]
REPORTS: Final = get_args(Report)


def validate_body(body: bytes, settings: Settings) -> Response:
    """Answer a `/validate` request, whose body is an event; raises `Problem` and `RequestRefusedError`."""
    request = read_object(ValidateRequest, body, settings)
    if len(body) > settings.max_event_bytes and (size := len(bytes(body).strip())) > settings.max_event_bytes:
        raise event_too_large(size, settings, RequestFinding("", "", ""))
    try:
        result = validate_event(request.payload, request.event_type)
    except UnknownEventTypeError as error:
        raise unknown_event_type(error) from None
    response = BatchResponse(result.model_dump_json(), media_type=JSON)
    response.statistics = BatchStatistics(1, {request.event_type: 1})
    return response


def validate_batch_body(body: bytes, settings: Settings, report: Report = "all") -> Response:
    """Answer a `/validate/batch` request; raises `Problem` and `RequestRefusedError`."""
    _, batch = VALIDATE_READER.read(body, settings)
    return _judged(batch, body, IN_ARRAY, settings, report)


def validate_batch_lines(body: bytes, settings: Settings, report: Report) -> Response:
    """Answer a `/validate/batch` request whose body is NDJSON; a line that is no JSON has its verdict too."""
    batch, locations = read_all_lines(body, settings)
    return _judged(batch, body, locations, settings, report)


def _judged(batch: Batch, body: bytes, locations: ArrayLocations, settings: Settings, report: Report) -> Response:
    """Judge a batch. Many events that are judged one by one, at 0.2 ms each, are left to a pool process."""
    most = JUDGED_IN_PLACE if settings.pool_size and is_in_place(body) else math.inf
    try:
        verdict = judge_batch(batch, locations, settings, only_invalid=report == "invalid", most_doubtful=most)
    except TooManyDoubtfulError:
        raise TooMuchInPlaceError from None
    response = BatchResponse(msgspec.json.encode(verdict), media_type=JSON)
    response.statistics = batch_statistics([*batch.events, *batch.others, *batch.broken])
    response.kept = batch
    return response


def unknown_event_type(error: UnknownEventTypeError) -> Problem:
    """Make the problem of a type that is no collaboration type, with the known ones."""
    near = difflib.get_close_matches(error.event_type[:100], error.known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    message = f"Input should be one of {', '.join(error.known)}"
    finding = Finding(pointer="/event_type", code=error.code, message=message)
    return Problem(error.code, f"{error}.{guess}", (finding,), about={"event_type": error.event_type[:200]})


async def validate_batch(request: Request, service: Service) -> Response:
    """Judge every event of a batch, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    judge = validate_batch_lines if read_media_type(request, JSON, NDJSON) == NDJSON else validate_batch_body
    check_query(request, "report")
    report: Report = read_choice(request, "report", REPORTS)
    return await work_on_body(request, service, judge, report)


REPORT: Final = {
    "name": "report",
    "in": "query",
    "description": "`invalid` leaves the valid events out of `results`.",
    "schema": {"type": "string", "enum": list(REPORTS), "default": "all"},
}
VALIDATE: Final = Operation(
    method="post",
    path="/validate",
    operation_id="validatePayload",
    tag="Events",
    summary="Validate one payload",
    description=(
        "Checks a payload against its model and, separately, against its JSON Schema, and lists all violations of "
        "both. The answer to bad data is 200 with `valid: false`."
    ),
    handler=json_handler(validate_body),
    answer=ConformanceResult,
    answered="The verdict of both layers. `valid` is true if neither found a violation.",
    request=ValidateRequest,
    problems=(*BODY_PROBLEMS, "event-too-large", "unknown-event-type", *LOST),
    examples=examples.VALIDATE,
)
PublishedRequest: Final = ValidateBatchRequest[Event | JsonValue]
VALIDATE_BATCH: Final = Operation(
    method="post",
    path="/validate/batch",
    operation_id="validateBatch",
    tag="Events",
    summary="Validate every event of a batch",
    description=(
        "A verdict for each event, in input order, on its envelope, its payload and the canonical mapping between the "
        "two. A bad event does not affect the others. Of other event types only the envelope is checked. The first "
        "1,000 invalid events have details, at most ten violations each."
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
