"""`POST /admit`: from a checkpoint and a batch to verdicts, the new state, its checkpoint and advice.

As with `/reduce` there are two ways. The sure one reads a batch whose events all fit, the thorough one any other.
"""

from typing import Any, Final

import msgspec
from pydantic import JsonValue
from starlette.responses import Response

from app.api import examples
from app.api.body.locations import IN_ARRAY
from app.api.body.parse import invalid_request, read_batch, read_surely
from app.api.endpoints.folding import are_keys_ids, bounds_of
from app.api.operation import BODY_PROBLEMS, Operation, json_handler
from app.api.schemas import AdmitAnswer, AdmitRequest, Admitted
from app.problems import LONGEST_DETAIL, Finding, Problem, bounded, pointer, shortened
from app.responses import BatchResponse, batch_statistics
from app.settings import Settings
from app.workers.pool import TooMuchInPlaceError, is_in_place
from mission_collaboration.admission.admit import admit_batch, start
from mission_collaboration.admission.advice import advise_on_accumulator
from mission_collaboration.admission.batch import Batch, read_values
from mission_collaboration.admission.checkpoint import read_checkpoint, write_checkpoint
from mission_collaboration.admission.errors import BadCheckpointError, LargeCheckpointError, LateEventsError
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.verdicts import Verdict
from mission_collaboration.contract.envelope import Event
from mission_collaboration.decoding.events import as_read
from mission_collaboration.decoding.reader import SureReader
from mission_collaboration.decoding.structs import struct_for
from mission_collaboration.reducer.snapshot import encode

SURE_READER: Final = SureReader(AdmitRequest[Event])
UNPACKED: Final = 4
"""How many times as large as the largest body that is worked on in place a checkpoint may be there, decompressed."""
AdmittedRecord: Final = struct_for(Admitted, sparse=True)


def admit_body(body: bytes, limits: Settings) -> Response:
    """Answer an `/admit` request; raises `Problem`, and `TooMuchInPlaceError` for a process to take it."""
    request, batch = _read(body, limits)
    if request.checkpoint is not None and request.roster is not None:
        raise _roster_beside_checkpoint()
    try:
        mission = _begun(request, limits, _most_in_place(body, limits))
        mission.accumulator.bounds = bounds_of(limits)
        verdicts = admit_batch(mission, batch, request.on_late, request.max_clock_step)
        return _answer(mission, verdicts, limits)
    except LateEventsError as refusal:
        raise _late_events(refusal) from None
    except LargeCheckpointError as refusal:
        finding = Finding(pointer="/checkpoint", code=refusal.code, message=str(refusal))
        raise Problem(refusal.code, f"{refusal}.", (finding,)) from None


def _read(body: bytes, limits: Settings) -> tuple[AdmitRequest[Any], Batch]:
    sure = read_surely(SURE_READER, body, limits)
    if sure and are_keys_ids(sure.roster):
        return sure, ([as_read(index, event) for index, event in enumerate(sure.events)], [])
    request = read_batch(AdmitRequest[Any], body, limits)
    return request, read_values(request.events)


def _most_in_place(body: bytes, limits: Settings) -> int:
    """Tell how large what is in a body may be, once it is unpacked, where this one is worked on."""
    if limits.pool_size and is_in_place(body):
        return min(limits.max_body_bytes, UNPACKED * limits.inline_body_bytes)
    return limits.max_body_bytes


def _begun(request: AdmitRequest[Any], limits: Settings, largest: int) -> Mission:
    """Start a mission, or go on from a checkpoint, which may be many times larger than its text."""
    if request.checkpoint is None:
        return start(request.roster)
    try:
        return read_checkpoint(request.checkpoint, largest=largest)
    except LargeCheckpointError:
        if largest < limits.max_body_bytes:
            raise TooMuchInPlaceError from None
        raise
    except BadCheckpointError as refusal:
        finding = Finding(pointer="/checkpoint", code=refusal.code, message=str(refusal))
        detail = f"The checkpoint cannot be read: {refusal}."
        raise Problem(refusal.code, detail, (finding,)) from None


def _answer(mission: Mission, verdicts: list[Verdict], limits: Settings) -> Response:
    state = encode(mission.accumulator)
    checkpoint = write_checkpoint(mission, state, recent=limits.recent_events, largest=limits.max_body_bytes)
    told = [verdict.verdict for verdict in verdicts]
    answer = {
        "state": msgspec.Raw(state),
        "checkpoint": checkpoint,
        **{outcome: told.count(outcome) for outcome in ("accepted", "duplicate", "ignored", "rejected")},
        "results": list(map(_result, verdicts)),
        "advisories": advise_on_accumulator(mission.accumulator),
    }
    response = BatchResponse(msgspec.json.encode(answer), media_type="application/json")
    response.statistics = batch_statistics(verdicts)
    response.kept = mission
    return response


def _result(verdict: Verdict) -> Admitted:
    why: dict[str, str] = {}
    if verdict.location is not None:
        where = pointer(("events", verdict.index, *verdict.location))
        why = {"detail": shortened(verdict.detail or "", LONGEST_DETAIL), "pointer": shortened(where)}
    result: Admitted = AdmittedRecord(
        index=verdict.index,
        event_id=verdict.event_id,
        event_type=verdict.event_type,
        verdict=verdict.verdict,
        code=verdict.code,
        **why,
    )
    return result


def _late_events(refusal: LateEventsError) -> Problem:
    late = refusal.late
    findings, more = bounded(
        IN_ARRAY.finding(verdict.index, verdict.location or (), verdict.code or "", verdict.detail or "")
        for verdict in late
    )
    about = {"event_id": late[0].event_id or "", "event_type": late[0].event_type or ""}
    return Problem(refusal.code, f"{refusal}.", findings, more, about)


def _roster_beside_checkpoint() -> Problem:
    message = "A checkpoint has its participants already; send a roster only where there is no checkpoint"
    return invalid_request(iter((Finding(pointer="/roster", code="roster_beside_checkpoint", message=message),)))


PublishedRequest: Final = AdmitRequest[Event | JsonValue]
ADMIT: Final = Operation(
    method="post",
    path="/admit",
    operation_id="admitEvents",
    tag="Live loop",
    summary="Move a mission on by a batch of events",
    description=(
        "Takes the checkpoint of the answer before and the next events, and judges these one at a time in "
        "canonical order under strict rules. Each has its verdict: `accepted`, `duplicate`, `ignored`, or "
        "`rejected` with the reason, and then it leaves no trace. The state is byte for byte what `/reduce` gives"
        " in strict mode for everything accepted so far, however the history was cut into batches. Store the new "
        "checkpoint; sent again, a batch is answered with `duplicate` and the same state. An event that sorts at "
        "or before what was folded is late: to take it in, resume from an earlier checkpoint."
    ),
    handler=json_handler(admit_body),
    answer=AdmitAnswer,
    request=PublishedRequest,
    problems=(*BODY_PROBLEMS, "late-events", "too-many-events", "event-too-large", "bad-checkpoint", "worker-lost"),
    examples=examples.ADMIT,
)
