"""`POST /reduce`: from a body to the state's bytes, or to the problem that says which event is wrong and where.

There are two ways. The sure one reads a batch in which nothing is wrong or unusual; whatever it does not take goes
the thorough one, which handles every batch and explains what it refuses. Both give the same bytes.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from starlette.responses import Response

from app.api.body.locations import IN_ARRAY, ArrayLocations
from app.api.body.ndjson import are_small, read_lines
from app.api.body.parse import read_batch, read_envelopes, read_surely
from app.api.schemas import ReduceRequest
from app.problems import SEE_LIMITS, Finding, Problem, bounded, shortened
from app.responses import BatchResponse, BatchStatistics, batch_statistics
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import EventRefusedError, UnknownParticipantError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.decoding.events import ReadEvent, malformation, read_events
from mission_collaboration.decoding.reader import SureReader
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.bounds import Bounds, WarningTooLargeError
from mission_collaboration.reducer.fold import Mode, fold
from mission_collaboration.reducer.ordering import canonical, sure_order
from mission_collaboration.reducer.snapshot import encode

SURE_READER: Final = SureReader(ReduceRequest[Event])
Roster = dict[str, ParticipantIdentity] | None


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


def new_accumulator(limits: Settings, mode: Mode, roster: Roster = None) -> Accumulator:
    """Begin the account of a mission, within the limits of this service."""
    return Accumulator(strict=mode == "strict", roster=roster, bounds=bounds_of(limits))


def bounds_of(limits: Settings) -> Bounds:
    """Tell how many people warnings may name here."""
    return Bounds(limits.max_warning_participants, limits.max_warning_strangers)


def mode_of(accumulator: Accumulator) -> Mode:
    """Name the mode of a fold."""
    return "strict" if accumulator.strict else "permissive"


def state_response(accumulator: Accumulator, statistics: BatchStatistics) -> BatchResponse:
    """Answer with a state's bytes and their digest (RFC 9530)."""
    body = encode(accumulator)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    answer = BatchResponse(body, headers={"Repr-Digest": f"sha-256=:{digest}:"}, media_type="application/json")
    answer.statistics = statistics
    return answer


def refused(refusal: EventRefusedError, places: ArrayLocations) -> Problem:
    """Make the problem of an event that strict mode refuses."""
    assert refusal.index is not None
    about = {"event_id": refusal.event_id, "event_type": refusal.event_type}
    if isinstance(refusal, UnknownParticipantError):
        about["participant_id"] = refusal.participant_id
    finding = places.finding(refusal.index, refusal.location, refusal.code, refusal.reason)
    see = f"; {SEE_LIMITS}" if isinstance(refusal, WarningTooLargeError) else ""
    detail = f"{shortened(refusal.reason)}: {_name(refusal, places)}{see}."
    return Problem(refusal.code, detail, (finding,), about=about)


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


def are_keys_ids(roster: Roster) -> bool:
    """Tell whether every key of a roster is its identity's id."""
    return not roster or all(key == identity.participant_id for key, identity in roster.items())


def _name(event: EventRefusedError | ReadEvent, places: ArrayLocations) -> str:
    return f"event {event.event_id} ({event.event_type}) at {places.name(event.index or 0)}"


def _refuse_malformed(events: list[ReadEvent], places: ArrayLocations) -> None:
    """Refuse the whole batch for its malformed payloads, naming every one of them."""
    bad = [event for event in events if event.payload is None]
    if not bad:
        return
    findings, more = bounded(_malformations(bad, places))
    others = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    raise Problem(
        "malformed-payload",
        f"Malformed payload at {findings[0].pointer}: {findings[0].message}: {_name(bad[0], places)}{others}.",
        findings,
        more,
        {"event_id": bad[0].event_id, "event_type": bad[0].event_type},
    )


def _malformations(bad: list[ReadEvent], places: ArrayLocations) -> Iterator[Finding]:
    for event in bad:
        for location, violation in malformation(event.source.payload, event.event_type):
            yield places.finding(event.index, location, violation.violation_type, violation.message)
