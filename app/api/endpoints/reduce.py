"""`POST /reduce`: from a body to the state's bytes, or to the problem that says which event is wrong and where."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body import read_media_type, work_on_body
from app.api.endpoints.folding import MISSION_ID, MODE, mode_of, new_accumulator, read_mission_id, state_response
from app.api.endpoints.reduce_ordered import reduce_stream
from app.api.negotiation import JSON, NDJSON, require_acceptable
from app.api.operation import BODY_PROBLEMS, EVENT_LINE, LOST, REDUCE_FORMS, REFUSALS, Operation, Service
from app.api.request_parts import check_query, header, read_choice
from app.responses import batch_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.refusals import IN_ARRAY, ArrayLocations
from mission_collaboration.decoding.requests import read_lines
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import MODES, Mode
from mission_collaboration.reducer.requests import REDUCE_READER, ReduceRequest, reduce_batch

DEFAULT_ORDER: Final = b"ordered=false"
"""What forms made of the document send along with JSON, though it says nothing there."""


def reduce_body(body: bytes, settings: Settings) -> Response:
    """Answer a `/reduce` request; raises `Problem` and `RequestRefusedError`."""
    request, batch = REDUCE_READER.read(body, settings)
    accumulator = new_accumulator(settings, request.mode or "strict", request.roster, request.mission_id)
    return _reduced(accumulator, batch, IN_ARRAY, settings)


def reduce_lines(body: bytes, settings: Settings, mode: Mode, mission_id: str | None = None) -> Response:
    """Answer a `/reduce` request whose body is NDJSON; raises `Problem` and `RequestRefusedError`."""
    batch, locations = read_lines(body, settings)
    return _reduced(new_accumulator(settings, mode, mission_id=mission_id), batch, locations, settings)


def _reduced(accumulator: Accumulator, batch: Batch, locations: ArrayLocations, settings: Settings) -> Response:
    reduce_batch(accumulator, batch, locations)
    events = [*batch.events, *batch.others]
    statistics = batch_statistics(events, mode_of(accumulator), len(accumulator.anomalies))
    answer = state_response(accumulator, statistics, settings)
    answer.kept = batch
    return answer


async def reduce_events(request: Request, service: Service) -> Response:
    """Fold events into a state, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    if read_media_type(request, JSON, NDJSON) == NDJSON:
        check_query(request, "mode", "mission_id", "ordered")
        mode: Mode = read_choice(request, "mode", MODES)
        mission_id = read_mission_id(request)
        if read_choice(request, "ordered", ("false", "true")) == "true":
            return await reduce_stream(request, mode, mission_id, service.settings, service.app_state)
        return await work_on_body(request, service, reduce_lines, mode, mission_id)
    if request.scope["query_string"] != DEFAULT_ORDER:
        check_query(request)
    return await work_on_body(request, service, reduce_body)


ORDERED: Final = {
    "name": "ordered",
    "in": "query",
    "description": "For NDJSON bodies: `true` says that the events come in canonical order.",
    "schema": {"type": "boolean"},
}
PublishedRequest: Final = ReduceRequest[Event]
REDUCE: Final = Operation(
    method="post",
    path="/reduce",
    operation_id="reduceEvents",
    tag="Events",
    summary="Fold events into the mission's state",
    description=(
        "Sorts the events into canonical order, drops duplicates, ignores other event types and folds the rest. The "
        "same set of events gives the same bytes, in any order. `Unencoded-Digest` lets you compare answers without "
        "reading them. In `strict` mode the first event that breaks a rule is refused, with its place in your body. In "
        "`permissive` mode it becomes an anomaly in the state. As `application/x-ndjson` the body has one event a "
        "line, and the query sets the mode. With `ordered=true` the events come in canonical order and are folded as "
        "they arrive, without a limit on their number."
    ),
    handler=reduce_events,
    answer=ReducedCollaborationState,
    answered="The state of the mission, always with all 15 fields.",
    answer_headers=("Repr-Digest", "Unencoded-Digest"),
    request=PublishedRequest,
    lines=EVENT_LINE,
    parameters=(MODE, MISSION_ID, ORDERED),
    problems=(
        *BODY_PROBLEMS,
        "too-many-events",
        "event-too-large",
        *REFUSALS,
        "out-of-order",
        "state-too-large",
        *LOST,
    ),
    forms=REDUCE_FORMS,
    examples=examples.REDUCE,
)
