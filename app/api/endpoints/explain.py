"""`POST /explain`: from a batch to what each event did, why, and who is to blame for every entry of the state."""

from typing import Any, Final

import msgspec
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body import read_media_type, work_on_body
from app.api.endpoints.folding import MISSION_ID, bounds_of, encode_state, read_mission_id
from app.api.negotiation import JSON, NDJSON, require_acceptable
from app.api.operation import ANY_LINE, BODY_PROBLEMS, EXPLAIN_FORMS, LOST, Operation, Service
from app.api.request_parts import check_query, header, read_choice
from app.api.schemas import ExplainAnswer
from app.responses import BatchResponse, batch_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.refusals import IN_ARRAY, ArrayLocations
from mission_collaboration.decoding.requests import read_lines
from mission_collaboration.explanation.explain import encode_explanation, explain_request
from mission_collaboration.explanation.explained_fold import EXPLAIN_MODES, ExplainMode
from mission_collaboration.explanation.requests import EXPLAIN_READER, ExplainRequest
from mission_collaboration.reducer.accumulator import Accumulator


def explain_body(body: bytes, settings: Settings) -> Response:
    """Answer an `/explain` request; raises `Problem` and `RequestRefusedError`."""
    request, batch = EXPLAIN_READER.read(body, settings)
    return _explained(batch, request, IN_ARRAY, settings)


def explain_lines(body: bytes, settings: Settings, mode: ExplainMode, mission_id: str | None = None) -> Response:
    """Answer an `/explain` request whose body is NDJSON; raises `Problem` and `RequestRefusedError`."""
    batch, locations = read_lines(body, settings)
    request = ExplainRequest[Any](events=[], mode=mode, mission_id=mission_id)
    return _explained(batch, request, locations, settings)


def _explained(batch: Batch, request: ExplainRequest[Any], places: ArrayLocations, settings: Settings) -> Response:
    def take_state(accumulator: Accumulator) -> msgspec.Raw:
        return msgspec.Raw(encode_state(accumulator, settings))

    explanation = explain_request(request, batch, places, take_state, bounds_of(settings))
    response = BatchResponse(encode_explanation(explanation), media_type=JSON)
    anomalies = sum(entry.code is not None and bool(entry.changes) for entry in explanation.timeline)
    response.statistics = batch_statistics(explanation.timeline, explanation.mode, anomalies)
    response.kept = explanation, batch
    return response


async def explain_events(request: Request, service: Service) -> Response:
    """Answer what each event did, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    if read_media_type(request, JSON, NDJSON) == JSON:
        check_query(request)
        return await work_on_body(request, service, explain_body)
    check_query(request, "mode", "mission_id")
    mode: ExplainMode = read_choice(request, "mode", EXPLAIN_MODES)
    mission_id = read_mission_id(request)
    return await work_on_body(request, service, explain_lines, mode, mission_id)


MODE: Final = {
    "name": "mode",
    "in": "query",
    "description": "The mode, for NDJSON bodies, `permissive` unless said; in JSON it stands in the body.",
    "schema": {"type": "string", "enum": list(EXPLAIN_MODES)},
}
PublishedRequest: Final = ExplainRequest[Event | JsonValue]
EXPLAIN: Final = Operation(
    method="post",
    path="/explain",
    operation_id="explainEvents",
    tag="Events",
    summary="Explain what each event did, and why",
    description=(
        "Folds the events as `/reduce` does and lists them in canonical order. Each one says what it changed (as a "
        "JSON Patch), why it changed nothing, and which later events overwrote it. `blame` names the last event that "
        "touched each entry of the state. `gone` names the event that removed an entry. With `until`, state, blame and "
        "gone are those of an earlier point. No event is refused: one that strict mode or `/admit` would refuse has "
        "that code. As `application/x-ndjson` the body has one event a line, and the query sets the mode."
    ),
    handler=explain_events,
    answer=ExplainAnswer,
    answered="What every event did, the state, and the event behind each entry of the state.",
    request=PublishedRequest,
    lines=ANY_LINE,
    parameters=(MODE, MISSION_ID),
    problems=(*BODY_PROBLEMS, "too-many-events", "event-too-large", "state-too-large", *LOST),
    forms=EXPLAIN_FORMS,
    examples=examples.EXPLAIN,
)
