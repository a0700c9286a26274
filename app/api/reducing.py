"""`POST /reduce`: from a body to the state's bytes, or to the problem that says which event is wrong and where."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, Final

from starlette.responses import Response

from app.api.problems import Finding, Problem, at_event, bounded
from app.api.reading import event_findings, read_envelopes, read_request
from app.api.wire import ReduceRequest
from app.contract.envelope import Event
from app.contract.errors import EventRefusedError, UnknownParticipantError
from app.contract.identity import ParticipantIdentity
from app.reducer.draft import Draft
from app.reducer.fold import fold
from app.reducer.freezing import encode
from app.reducer.ordering import canonical
from app.reducer.reading import ReadEvent, malformation, read_events
from app.reducer.sure_batch import SureReader, sure_order
from app.settings import Settings

SURE_READER: Final = SureReader(ReduceRequest[Event])


def reduce_body(body: bytes, limits: Settings) -> Response:
    """Answer a `/reduce` request; raises `Problem`."""
    return _state_response(_reduced_surely(body, limits) or _reduced_thoroughly(body, limits))


def _reduced_surely(body: bytes, limits: Settings) -> bytes | None:
    """Reduce a batch in which nothing is wrong or unusual; None for any other."""
    request = SURE_READER.read(body)
    if request is None or len(request.events) > limits.max_events or not _are_keys_ids(request.roster):
        return None
    draft = Draft(strict=request.mode == "strict", roster=request.roster)
    try:
        fold(draft, sure_order(request.events))
    except EventRefusedError:
        return None
    return encode(draft)


def _are_keys_ids(roster: dict[str, ParticipantIdentity] | None) -> bool:
    return all(key == identity.participant_id for key, identity in (roster or {}).items())


def _reduced_thoroughly(body: bytes, limits: Settings) -> bytes:
    """Reduce any batch, or explain what is wrong with it."""
    request = read_request(ReduceRequest[Any], body, limits)
    events = read_events(read_envelopes(request.events))
    strict = request.mode == "strict"
    if strict:
        _refuse_malformed(events)
    draft = Draft(strict=strict, roster=request.roster)
    try:
        fold(draft, canonical(events))
    except EventRefusedError as refusal:
        raise refused(refusal) from None
    return encode(draft)


def _state_response(body: bytes) -> Response:
    """Answer with a state's bytes and their digest (RFC 9530)."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Response(body, headers={"Repr-Digest": f"sha-256=:{digest}:"}, media_type="application/json")


def refused(refusal: EventRefusedError) -> Problem:
    """Make the problem of an event that strict mode refuses."""
    assert refusal.index is not None
    about = {"event_id": refusal.event_id, "event_type": refusal.event_type}
    if isinstance(refusal, UnknownParticipantError):
        about["participant_id"] = refusal.participant_id
    place = at_event(refusal.index, refusal.location)
    finding = Finding(pointer=place, code=refusal.code, message=refusal.reason)
    return Problem(refusal.code, f"{refusal.reason}: {_name(refusal)}.", (finding,), about=about)


def _name(event: EventRefusedError | ReadEvent) -> str:
    return f"event {event.event_id} ({event.event_type}) at /events/{event.index}"


def _refuse_malformed(events: list[ReadEvent]) -> None:
    """Refuse the whole batch for its malformed payloads, naming every one of them."""
    bad = [event for event in events if event.payload is None]
    if not bad:
        return
    findings, more = bounded(_malformations(bad))
    others = f" (and {len(bad) - 1} more events)" if len(bad) > 1 else ""
    raise Problem(
        "malformed-payload",
        f"Malformed payload: {findings[0].message}: {_name(bad[0])}{others}.",
        findings,
        more,
        {"event_id": bad[0].event_id, "event_type": bad[0].event_type},
    )


def _malformations(bad: list[ReadEvent]) -> Iterator[Finding]:
    for event in bad:
        yield from event_findings(event.index, malformation(event.source.payload, event.event_type))
