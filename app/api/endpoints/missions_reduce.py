"""`POST /missions/reduce`: a batch of several missions to one state, or one problem, a mission."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.api import examples
from app.api.body import read_media_type, work_on_body
from app.api.endpoints.folding import MODE, Roster, encode_state, new_accumulator
from app.api.endpoints.missions import problem_of_mission, raise_first, read_roster, roster_violations
from app.api.negotiation import JSON, NDJSON, require_acceptable
from app.api.operation import ANY_LINE, BODY_PROBLEMS, LOST, REDUCE_FORMS, Operation, Service
from app.api.request_parts import check_query, header, read_choice
from app.api.schemas import AnyMissionsReduce, MissionsReduced, MissionsReduceRequest
from app.problems import LONGEST_DETAIL, Problem, library_refusals, shortened
from app.responses import BatchResponse, batch_statistics
from app.settings import Settings
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.missions import Unassigned, part_by_mission
from mission_collaboration.decoding.refusals import IN_ARRAY, ArrayLocations
from mission_collaboration.decoding.requests import RequestReader, read_lines
from mission_collaboration.reducer.fold import MODES, Mode
from mission_collaboration.reducer.requests import reduce_batch

READER: Final = RequestReader(AnyMissionsReduce[Any])


def missions_reduce_body(body: bytes, settings: Settings) -> Response:
    """Answer a `/missions/reduce` request; raises `Problem` and `RequestRefusedError`."""
    request, batch = READER.read(body, settings)
    rosters = request.rosters or {}
    raise_first(
        finding
        for mission_id, roster in rosters.items()
        for finding in roster_violations(roster, ("rosters", mission_id))
    )
    read = {mission_id: read_roster(roster) for mission_id, roster in rosters.items()}
    return _reduced(batch, request.mode or "strict", read, IN_ARRAY, settings)


def missions_reduce_lines(body: bytes, settings: Settings, mode: Mode) -> Response:
    """Answer a `/missions/reduce` request whose body is NDJSON; raises `Problem` and `RequestRefusedError`."""
    batch, locations = read_lines(body, settings)
    return _reduced(batch, mode, {}, locations, settings)


def _reduced(
    batch: Batch,
    mode: Mode,
    rosters: Mapping[str, Roster],
    locations: ArrayLocations,
    settings: Settings,
) -> Response:
    parted = part_by_mission(batch)
    missions: dict[str, Any] = {}
    anomalies = 0
    for mission_id, own in parted.missions.items():
        accumulator = new_accumulator(settings, mode, rosters.get(mission_id), mission_id)
        try:
            with library_refusals():
                reduce_batch(accumulator, own, locations)
            missions[mission_id] = {"state": msgspec.Raw(encode_state(accumulator, settings))}
            anomalies += len(accumulator.anomalies)
        except Problem as problem:
            missions[mission_id] = problem_of_mission(problem)
    answer = {
        "missions": missions,
        "total": batch.total,
        "ignored": len(batch.others),
        "unassigned": [_unassigned(event, locations) for event in parted.unassigned],
    }
    response = BatchResponse(msgspec.json.encode(answer), media_type=JSON)
    response.statistics = batch_statistics([*batch.events, *batch.others], mode, anomalies)
    response.kept = batch
    return response


def _unassigned(event: Unassigned, locations: ArrayLocations) -> dict[str, Any]:
    told: dict[str, Any] = {
        "index": event.index,
        "event_id": event.event_id,
        "event_type": event.event_type,
        "code": event.code,
        "detail": None,
        "pointer": None,
    }
    found = locations.finding(event.index, event.location or (), event.code, event.detail or "")
    if event.location is not None:
        told |= {"detail": shortened(found.message, LONGEST_DETAIL), "pointer": shortened(found.pointer)}
    return told if found.line is None else {**told, "line": found.line}


async def reduce_missions(request: Request, service: Service) -> Response:
    """Reduce several missions, from JSON or NDJSON."""
    require_acceptable(header(request.scope, b"accept"), JSON)
    if read_media_type(request, JSON, NDJSON) == JSON:
        check_query(request)
        return await work_on_body(request, service, missions_reduce_body)
    check_query(request, "mode")
    mode: Mode = read_choice(request, "mode", MODES)
    return await work_on_body(request, service, missions_reduce_lines, mode)


REDUCE_MISSIONS: Final = Operation(
    method="post",
    path="/missions/reduce",
    operation_id="reduceMissions",
    tag="Events",
    summary="Fold events of many missions, each into its own state",
    description=(
        "Takes a batch as it comes from clients: events of many missions, with other types in between. An event "
        "belongs to the mission that its payload names, even if the rest of it is malformed. The answer has for each "
        "mission what `/reduce` with that `mission_id` answers for its events: a state, or a problem. A problem of one "
        "mission does not affect the others. Collaboration events that name no mission are listed in `unassigned`. As "
        "`application/x-ndjson` the body has one event a line, and the query sets the mode."
    ),
    handler=reduce_missions,
    answer=MissionsReduced,
    answered="A state or a problem for each mission that has an event in the batch.",
    request=MissionsReduceRequest,
    lines=ANY_LINE,
    parameters=(MODE,),
    problems=(*BODY_PROBLEMS, "too-many-events", "event-too-large", *LOST),
    examples=examples.REDUCE_MISSIONS,
    forms={**REDUCE_FORMS, "invalid-request": "problem, problem of the mission, or entry of `unassigned`"},
)
