"""`POST /missions/admit`: the live loop for a batch of several missions."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from app.api import examples
from app.api.body import json_handler
from app.api.endpoints.admission import (
    Room,
    admit_to,
    answer_for,
    counts,
    open_mission,
    options_of,
    results,
    window_and_checkpoint_size,
)
from app.api.endpoints.missions import at_mission, check_missions, problem_of_mission, read_roster
from app.api.negotiation import JSON
from app.api.operation import ADMIT_FORMS, BODY_PROBLEMS, LOST, Operation
from app.api.schemas.live_loop import AnyMissionsAdmit, MissionsAdmitAnswer, MissionsAdmitRequest
from app.problems import Problem
from app.responses import BatchResponse, loop_statistics
from app.settings import Settings
from mission_collaboration.admission.missions import (
    NOT_NAMED,
    of_mission,
    of_refused_mission,
    rejected,
    stopped_verdicts,
)
from mission_collaboration.decoding.missions import part_by_mission
from mission_collaboration.decoding.requests import RequestReader

READER: Final = RequestReader(AnyMissionsAdmit[Any])


def missions_admit_body(body: bytes, settings: Settings) -> Response:
    """Answer a `/missions/admit` request.

    Raises `Problem`, `RequestRefusedError`, and `TooMuchInPlaceError` for a pool process to take it.
    """
    request, batch = READER.read(body, settings)
    named = request.missions
    check_missions(named, settings)
    parted, options = part_by_mission(batch), options_of(request, settings)
    verdicts = list(stopped_verdicts(batch, parted.unassigned))
    room = Room(body, settings)
    missions: dict[str, Any] = {}
    moved: list[tuple[int, int]] = []
    for mission_id, own in parted.missions.items():
        if mission_id not in named:
            verdicts += rejected(mission_id, own, NOT_NAMED)
            continue
        mission = named[mission_id] or {}
        try:
            roster = read_roster(mission.get("roster"))
            before = open_mission(mission.get("checkpoint"), mission_id, roster, room)
            done = admit_to(before, mission_id, own, options)
            answer = answer_for(before, done, options, settings)
        except Problem as problem:
            if problem.code == "overloaded":  # which is true of the whole request
                raise
            missions[mission_id] = problem_of_mission(at_mission(problem, mission_id))
            verdicts += rejected(mission_id, own, of_refused_mission(problem.code))
        else:
            missions[mission_id] = answer
            verdicts += of_mission(mission_id, done.verdicts)
            moved.append(window_and_checkpoint_size(answer, done))
    verdicts.sort(key=lambda verdict: verdict.index)
    body = msgspec.json.encode({**counts(verdicts), "results": results(verdicts), "missions": missions})
    response = BatchResponse(body, media_type=JSON)
    response.statistics = loop_statistics(verdicts, moved)
    response.kept = batch
    return response


ADMIT_MISSIONS: Final = Operation(
    method="post",
    path="/missions/admit",
    operation_id="admitMissions",
    tag="Live loop",
    summary="Update many missions with one batch of events",
    description=(
        "Takes a batch as it comes from clients, and a checkpoint for each mission in it, null for a new mission. The "
        "answer has for each mission what `/admit` with that `mission_id` answers for its events. If a mission is "
        "refused, it has a `problem` instead and its old checkpoint stays valid; the other missions are not affected. "
        "An event of a mission that the request does not name is rejected as `mission-not-named` and changes nothing: "
        "look up the mission's checkpoint and send the event again."
    ),
    handler=json_handler(missions_admit_body),
    answer=MissionsAdmitAnswer,
    request=MissionsAdmitRequest,
    problems=(*BODY_PROBLEMS, "too-many-events", "too-many-missions", "event-too-large", *LOST),
    examples=examples.ADMIT_MISSIONS,
    forms={**ADMIT_FORMS, "mission-not-named": "verdict on the event: rejected"},
)
