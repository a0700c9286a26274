"""From a request's bytes to checked objects, or to a problem that says where they are wrong."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from app.api.body.locations import IN_ARRAY, ArrayLocations
from app.problems import SEE_LIMITS, Finding, Problem, bounded, pointer
from app.settings import Settings
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location, SpecKittyEventsError
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.validation import judge_by_model
from mission_collaboration.contract.violations import ModelViolation, model_violations
from mission_collaboration.decoding.json_text import JsonTextError, decode_json
from mission_collaboration.decoding.reader import SureReader, read_sure_envelopes

Body = TypeVar("Body", bound=BaseModel)
LONGEST_NAME = 200


SEAMS: Final = (b'},{"event_id":"', b'}, {"event_id": "')
"""What stands between two events as most producers write them."""


class RawEvents(msgspec.Struct):
    """A batch whose events are only told apart."""

    events: list[msgspec.Raw]


_tell_apart = msgspec.json.Decoder(RawEvents).decode


def read_json(body: bytes, limits: Settings) -> Any:
    """Decode a body; raises `malformed-json` or `too-deep`."""
    try:
        return decode_json(body, max_nesting=limits.max_nesting)
    except SpecKittyEventsError as error:
        raise json_problem(error) from None


def json_problem(error: SpecKittyEventsError) -> Problem:
    """Make the problem of a text that is no JSON, or nested too deep."""
    if not isinstance(error, JsonTextError):
        deep = Finding(pointer="", code=error.code, message=str(error))
        return Problem(error.code, f"{error}; {SEE_LIMITS}.", (deep,))
    place = Finding(pointer="", code=error.code, message=error.reason, line=error.line, column=error.column)
    return Problem(error.code, f"The body is not JSON: {error}.", (place,))


def read_surely(reader: SureReader[Body], body: bytes, limits: Settings) -> Body | None:
    """Read a request that surely fits its model and the limits; None for any other."""
    request = reader.read(body)
    if request is None or len(request.events) > limits.max_events:  # type: ignore[attr-defined] # all have them
        return None
    return request if are_surely_small(body, limits.max_event_bytes) else None


def are_surely_small(body: bytes, most: int) -> bool:
    """Tell whether no event of a body that was surely read has more bytes than `most`, mostly without reading it again.

    A seam stands between two events and nowhere else in such a body: its first quote follows a brace, so it is not
    escaped, and begins a member of an object that follows another one; and no array but that of the events has any.
    """
    if any(_is_in_small_pieces(body, seam, most) for seam in SEAMS):
        return True
    return max(map(len, _tell_apart(body).events), default=0) <= most


def _is_in_small_pieces(body: bytes, seam: bytes, most: int) -> bool:
    start = 0
    while len(body) - start > most:
        end_of_piece = body.rfind(seam, start, start + most - 1 + len(seam))
        if end_of_piece < 0:
            return False
        start = end_of_piece + seam.index(b"{")
    return True


def read_batch(model: type[Body], body: bytes, limits: Settings) -> Body:
    """Read a request object with events, which are left unread; raises `event-too-large`, and as `read_request`."""
    check_sizes(body, limits)
    return read_request(model, body, limits)


def read_request(model: type[Body], body: bytes, limits: Settings) -> Body:
    """Read a request object; raises `invalid-request` or `too-many-events`."""
    data = read_json(body, limits)
    _check_roster(data)
    try:
        request = model.model_validate(data)
    except ValidationError as error:
        raise invalid_request(
            _finding(location, violation) for location, violation in model_violations(error)
        ) from None
    check_count(len(getattr(request, "events", ())), limits)
    return request


def check_count(count: int, limits: Settings, pointer: str = "/events") -> None:
    """Raise `too-many-events` for a batch over the limit."""
    if count > limits.max_events:
        most = f"At most {limits.max_events} events"
        finding = Finding(pointer=pointer, code="too_long", message=most)
        raise Problem("too-many-events", f"The batch has {count} events. {most} are allowed; {SEE_LIMITS}.", (finding,))


def check_size(text: bytes | msgspec.Raw, places: ArrayLocations, index: int, limits: Settings) -> None:
    """Raise `event-too-large` for an event over the limit, which it names."""
    if len(text) > limits.max_event_bytes:
        most = f"At most {limits.max_event_bytes} bytes"
        detail = f"The event at {places.name(index)} has {len(text)} bytes. {most} are allowed; {SEE_LIMITS}."
        raise Problem("event-too-large", detail, (places.finding(index, (), "too_long", most),), about=_named(text))


def check_sizes(body: bytes, limits: Settings) -> None:
    """Raise `event-too-large` for the first event of a JSON body that is over the limit."""
    if len(body) <= limits.max_event_bytes:
        return
    try:
        events = _tell_apart(body).events
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return  # no batch: whoever reads the body explains
    if max(map(len, events), default=0) > limits.max_event_bytes:
        for index, event in enumerate(events):
            check_size(event, IN_ARRAY, index, limits)


def _named(text: bytes | msgspec.Raw) -> dict[str, str]:
    """Read what an event is called, out of as much JSON as it may be."""
    try:
        event = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return _names(event)


def _names(event: Any) -> dict[str, str]:
    return {name: text for name in ("event_id", "event_type") if (text := text_member(event, name))}


def read_envelopes(events: list[Any], places: ArrayLocations = IN_ARRAY) -> Sequence[Event]:
    """Read every event's envelope; raises `invalid-request` for those that break it."""
    sure = read_sure_envelopes(events)
    if sure is not None:
        return sure
    read: list[Event] = []
    try:
        read.extend(map(Event.model_validate, events))
    except ValidationError:
        raise _invalid_envelopes(events, places, start=len(read)) from None
    return read


def invalid_request(findings: Iterator[Finding], about: dict[str, str] | None = None) -> Problem:
    """Make the problem of a request that breaks its schema, from its first 100 errors."""
    listed, more = bounded(findings)
    first = listed[0]
    others = f", and {len(listed) - 1}{' or more' if more else ''} more" if len(listed) > 1 else ""
    where = f"at {first.pointer}" if first.pointer else "as a whole"
    detail = f"The request breaks its schema {where}: {first.message}{others}."
    return Problem("invalid-request", detail, listed, more, about or {})


def text_member(event: Any, name: str) -> str | None:
    """Read a member of something that ought to be an event, when it is a string; cut at 200 characters."""
    value = event.get(name) if isinstance(event, dict) else None
    return value[:LONGEST_NAME] if isinstance(value, str) else None


def _invalid_envelopes(events: list[Any], places: ArrayLocations, start: int) -> Problem:
    return invalid_request(_envelope_findings(events, places, start), _names(events[start]))


def _envelope_findings(events: list[Any], places: ArrayLocations, start: int) -> Iterator[Finding]:
    for index in range(start, len(events)):
        for location, violation in judge_by_model(events[index], Event):
            yield places.finding(index, location, violation.violation_type, violation.message)


def _finding(location: Location, violation: ModelViolation) -> Finding:
    return Finding(pointer=pointer(location), code=violation.violation_type, message=violation.message)


def _check_roster(data: Any) -> None:
    """Check the roster entry by entry, so that a bad one of any size is answered after 100 errors."""
    roster = data.get("roster") if isinstance(data, dict) else None
    if isinstance(roster, dict):
        findings = _roster_findings(roster)
        if first := next(findings, None):
            raise invalid_request(chain((first,), findings))


def _roster_findings(roster: dict[str, Any]) -> Iterator[Finding]:
    for key, entry in roster.items():
        broken = False
        for location, violation in judge_by_model(entry, ParticipantIdentity):
            broken = True
            yield _finding(("roster", key, *location), violation)
        if not broken and entry["participant_id"] != key:
            yield Finding(
                pointer=pointer(("roster", key, "participant_id")),
                code="roster_key_mismatch",
                message="Input should be the same as its key in the roster",
            )
