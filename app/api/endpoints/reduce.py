"""`POST /reduce`: from a body to the state's bytes, or to the problem that says which event is wrong and where.

There are two ways. The sure one reads a batch in which nothing is wrong or unusual; whatever it does not take goes
the thorough one, which handles every batch and explains what it refuses. Both give the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body.locations import IN_ARRAY, ArrayLocations
from app.api.body.ndjson import are_small, read_lines
from app.api.body.parse import read_batch, read_envelopes, read_surely
from app.api.body.receive import JSON, NDJSON, read_media_type
from app.api.endpoints.folding import (
    SURE_READER,
    are_keys_ids,
    event_name,
    mode_of,
    new_accumulator,
    refused,
    state_response,
)
from app.api.endpoints.reduce_ordered import reduce_stream
from app.api.headers import header
from app.api.negotiation import require_acceptable
from app.api.operation import BODY_PROBLEMS, EVENT_LINE, LOST, REFUSALS, Operation, Service
from app.api.query import check_query, read_choice
from app.api.schemas import ReduceRequest
from app.problems import Finding, Problem, bounded
from app.responses import batch_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import EventRefusedError
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.decoding.events import ReadEvent, malformation, read_events
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.fold import MODES, Mode, fold
from mission_collaboration.reducer.ordering import canonical, sure_order

DEFAULT_ORDER: Final = b"ordered=false"
"""What forms made of the document send along with JSON, though it says nothing there."""


def reduce_body(body: bytes, limits: Settings) -> Response:
    """Answer a `/reduce` request; raises `Problem`."""
    request = read_surely(SURE_READER, body, limits)
    if request and are_keys_ids(request.roster):
        answer = _reduced_surely(request.events, new_accumulator(limits, request.mode, request.roster))
        if answer is not None:
            return answer
    thorough = read_batch(ReduceRequest[Any], body, limits)
    events = read_envelopes(thorough.events)
    return _reduced_thoroughly(events, new_accumulator(limits, thorough.mode, thorough.roster), IN_ARRAY)


def reduce_lines(body: bytes, limits: Settings, mode: Mode) -> Response:
    """Answer a `/reduce` request whose body is NDJSON; raises `Problem`."""
    sure = SURE_READER.read_lines(body) if are_small(body, limits) else None
    if sure is not None and len(sure) <= limits.max_events:
        answer = _reduced_surely(sure, new_accumulator(limits, mode))
        if answer is not None:
            return answer
    values, places = read_lines(body, limits)
    return _reduced_thoroughly(read_envelopes(values, places), new_accumulator(limits, mode), places)


def _reduced_surely(events: Sequence[Event], accumulator: Accumulator) -> Response | None:
    """Fold events that surely fit; None when one is refused, for the thorough way to explain."""
    try:
        fold(accumulator, sure_order(events))
    except EventRefusedError:
        return None
    answer = state_response(accumulator, batch_statistics(events, mode_of(accumulator), len(accumulator.anomalies)))
    answer.kept = events
    return answer


def _reduced_thoroughly(events: Sequence[Event], accumulator: Accumulator, places: ArrayLocations) -> Response:
    """Fold any events; raises `Problem` for what strict mode refuses."""
    read = read_events(events)
    if accumulator.strict:
        _refuse_malformed(read, places)
    try:
        fold(accumulator, canonical(read))
    except EventRefusedError as refusal:
        raise refused(refusal, places) from None
    return state_response(accumulator, batch_statistics(events, mode_of(accumulator), len(accumulator.anomalies)))


def _refuse_malformed(events: list[ReadEvent], places: ArrayLocations) -> None:
    """Refuse the whole batch for its malformed payloads, naming every one of them."""
    bad = [event for event in events if event.payload is None]
    if not bad:
        return
    findings, more = bounded(_malformations(bad, places))
    others = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    raise Problem(
        "malformed-payload",
        f"Malformed payload at {findings[0].pointer}: {findings[0].message}: {event_name(bad[0], places)}{others}.",
        findings,
        more,
        {"event_id": bad[0].event_id, "event_type": bad[0].event_type},
    )


def _malformations(bad: list[ReadEvent], places: ArrayLocations) -> Iterator[Finding]:
    for event in bad:
        for location, violation in malformation(event.source.payload, event.event_type):
            yield places.finding(event.index, location, violation.violation_type, violation.message)


async def reduce_events(request: Request, service: Service) -> Response:
    """Fold events into a state, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    if read_media_type(request, JSON, NDJSON) == NDJSON:
        check_query(request, "mode", "ordered")
        mode: Mode = read_choice(request, "mode", MODES)
        if read_choice(request, "ordered", ("false", "true")) == "true":
            return await reduce_stream(request, mode, service.settings, service.app_state.capacity)
        return await service.work_on_body(request, reduce_lines, mode)
    if request.scope["query_string"] != DEFAULT_ORDER:
        check_query(request)
    return await service.work_on_body(request, reduce_body)


MODE: Final = {
    "name": "mode",
    "in": "query",
    "description": "The mode, for NDJSON bodies, `strict` unless said; in JSON it stands in the body.",
    "schema": {"type": "string", "enum": ["strict", "permissive"]},
}
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
        "Sorts the events into canonical order, drops duplicates, ignores other event types and folds the rest. "
        "The same set of events gives the same bytes, whatever order they come in; `Unencoded-Digest` lets you compare"
        " answers without reading them. In `strict` mode the first event that breaks a rule is refused with its "
        "place in your body; in `permissive` mode it becomes an anomaly in the state. As `application/x-ndjson` "
        "the body has one event a line, and the query says the mode; with `ordered=true` the events come in "
        "canonical order and are folded as they arrive, however many there are."
    ),
    handler=reduce_events,
    answer=ReducedCollaborationState,
    answered="The state of the mission: its 15 fields, all of them always there.",
    answer_headers=("Repr-Digest", "Unencoded-Digest"),
    request=PublishedRequest,
    lines=EVENT_LINE,
    parameters=(MODE, ORDERED),
    problems=(*BODY_PROBLEMS, "too-many-events", "event-too-large", *REFUSALS, "out-of-order", *LOST),
    examples=examples.REDUCE,
)
