"""From a request's bytes to checked objects, or to a problem that says where they are wrong."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.api.problems import Finding, Problem, at_event, bounded, pointer
from app.contract.envelope import Event
from app.contract.errors import Location
from app.contract.identity import ParticipantIdentity
from app.contract.json_text import JsonTextError, TooDeepError, decode_json
from app.contract.violations import ModelViolation, model_violations
from app.settings import Settings

Body = TypeVar("Body", bound=BaseModel)
LONGEST_NAME = 200


def read_json(body: bytes, limits: Settings) -> Any:
    """Decode a body; raises `malformed-json` or `too-deep`."""
    try:
        return decode_json(body, max_nesting=limits.max_nesting)
    except JsonTextError as error:
        place = Finding(pointer="", code=error.code, message=error.reason, line=error.line, column=error.column)
        raise Problem(error.code, f"The body is not JSON: {error}.", (place,)) from None
    except TooDeepError as error:
        raise Problem(error.code, f"{error}.") from None


def read_request(model: type[Body], body: bytes, limits: Settings) -> Body:
    """Read a request object, its events unread; raises `invalid-request` or `too-many-events`."""
    data = read_json(body, limits)
    _check_roster(data)
    try:
        request = model.model_validate(data)
    except ValidationError as error:
        raise invalid_request(
            _finding(location, violation) for location, violation in model_violations(error)
        ) from None
    _check_count(getattr(request, "events", ()), limits)
    return request


def read_envelopes(events: list[Any]) -> list[Event]:
    """Read every event's envelope; raises `invalid-request` for those that break it."""
    read: list[Event] = []
    try:
        read.extend(map(Event.model_validate, events))
    except ValidationError:
        raise _invalid_envelopes(events, start=len(read)) from None
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


def _invalid_envelopes(events: list[Any], start: int) -> Problem:
    about = {name: text_member(events[start], name) for name in ("event_id", "event_type")}
    return invalid_request(_envelope_findings(events, start), {k: v for k, v in about.items() if v})


def _envelope_findings(events: list[Any], start: int) -> Iterator[Finding]:
    for index, event in enumerate(events[start:], start):
        try:
            Event.model_validate(event)
        except ValidationError as error:
            for location, violation in model_violations(error):
                yield _finding(("events", index, *location), violation)


def _finding(location: Location, violation: ModelViolation) -> Finding:
    return Finding(pointer=pointer(location), code=violation.violation_type, message=violation.message)


def _check_count(events: Any, limits: Settings) -> None:
    if len(events) > limits.max_events:
        raise Problem(
            "too-many-events",
            f"The batch has {len(events)} events; at most {limits.max_events} are allowed.",
            (Finding(pointer="/events", code="too_long", message=f"At most {limits.max_events} events"),),
        )


def _check_roster(data: Any) -> None:
    """Check the roster entry by entry, so that a bad one of any size is answered after 100 errors."""
    roster = data.get("roster") if isinstance(data, dict) else None
    if isinstance(roster, dict):
        findings = _roster_findings(roster)
        first = next(findings, None)
        if first is not None:
            raise invalid_request(_chained(first, findings))


def _chained(first: Finding, rest: Iterator[Finding]) -> Iterator[Finding]:
    yield first
    yield from rest


def _roster_findings(roster: dict[str, Any]) -> Iterator[Finding]:
    for key, entry in roster.items():
        try:
            identity = ParticipantIdentity.model_validate(entry)
        except ValidationError as error:
            for location, violation in model_violations(error):
                yield _finding(("roster", key, *location), violation)
            continue
        if identity.participant_id != key:
            yield Finding(
                pointer=pointer(("roster", key, "participant_id")),
                code="roster_key_mismatch",
                message="Input should be the same as its key in the roster",
            )


def event_findings(index: int, found: Iterator[tuple[Location, ModelViolation]]) -> Iterator[Finding]:
    """Place what is wrong with one event within the batch."""
    for location, violation in found:
        yield Finding(pointer=at_event(index, location), code=violation.violation_type, message=violation.message)
