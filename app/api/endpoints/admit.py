"""`POST /admit`: from a checkpoint and a batch to verdicts, the new state, its checkpoint and advice."""

from typing import Any, Final

import msgspec
from pydantic import JsonValue
from starlette.responses import Response

from app.api import examples
from app.api.body import json_handler
from app.api.endpoints.admission import (
    Room,
    admit_to,
    answer_for,
    open_mission,
    options_of,
    results,
    window_and_checkpoint_size,
)
from app.api.negotiation import JSON
from app.api.operation import ADMIT_FORMS, BODY_PROBLEMS, LOST, Operation
from app.api.schemas.live_loop import AdmitAnswer, AdmitRequest
from app.responses import BatchResponse, loop_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.decoding.requests import RequestReader

ADMIT_READER: Final = RequestReader(AdmitRequest[Any])


def admit_body(body: bytes, settings: Settings) -> Response:
    """Answer an `/admit` request.

    Raises `Problem`, `RequestRefusedError`, and `TooMuchInPlaceError` for a pool process to take it.
    """
    request, batch = ADMIT_READER.read(body, settings)
    before = open_mission(request.checkpoint, request.mission_id, request.roster, Room(body, settings))
    options = options_of(request, settings)
    done = admit_to(before, request.mission_id, batch, options)
    answer = answer_for(before, done, options, settings)
    answer.ignored, answer.results = len(batch.others), results(done.verdicts)
    response = BatchResponse(msgspec.json.encode(answer), media_type=JSON)
    response.statistics = loop_statistics(done.verdicts, [window_and_checkpoint_size(answer, done)])
    response.kept = done, batch
    return response


PublishedRequest: Final = AdmitRequest[Event | JsonValue]
ADMIT: Final = Operation(
    method="post",
    path="/admit",
    operation_id="admitEvents",
    tag="Live loop",
    summary="Update a mission with a batch of events",
    description=(
        "Takes the checkpoint of the previous answer and the next events, which may be late, repeated and out of "
        "order. The newest events of the mission are its window. The window is folded again with each batch, so a late "
        "event takes its place there. Each event gets a verdict: `accepted`, `pending` until a missing event comes, "
        "`duplicate`, `ignored`, or `rejected` with a reason. `revised` lists earlier events whose verdict changed. "
        "The state is byte for byte what `/reduce` gives in strict mode for the accepted events, no matter how the "
        "history was cut into batches. Store the new checkpoint and every entry of `revised`. Never let a `rejected` "
        "result replace an event that you hold. An event that sorts at or before `horizon` is late."
    ),
    handler=json_handler(admit_body),
    answer=AdmitAnswer,
    request=PublishedRequest,
    problems=(
        *BODY_PROBLEMS,
        "late-events",
        "too-many-events",
        "event-too-large",
        "mission-mismatch",
        "bad-checkpoint",
        "state-too-large",
        "checkpoint-too-large",
        *LOST,
    ),
    forms=ADMIT_FORMS,
    examples=examples.ADMIT,
)
