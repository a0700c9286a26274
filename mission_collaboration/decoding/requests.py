"""Requests that carry events: from bytes to a checked request object and its batch, or to a refusal that says where.

The service and the command line read requests here, so they refuse the same ones with the same findings.
"""

import difflib
import mmap
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, Final, Generic, Protocol, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from mission_collaboration.contract.errors import Location, pointer
from mission_collaboration.contract.identity import ParticipantIdentity
from mission_collaboration.contract.validation import judge_by_model, with_few_unknown
from mission_collaboration.contract.violations import ModelViolation, model_violations
from mission_collaboration.decoding.batch import Batch, BrokenEvent, text_member
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.decoding.json_text import JsonTextError, TooDeepError, decode_json, is_deeper
from mission_collaboration.decoding.reader import KNOWN_TYPES, UNREADABLE, Text, read_texts, read_typed
from mission_collaboration.decoding.refusals import (
    IN_ARRAY,
    ArrayLocations,
    LineLocations,
    RequestFinding,
    RequestRefusedError,
    invalid_request,
)

Model = TypeVar("Model", bound=BaseModel)
Body = bytes | mmap.mmap
"""The text of a request; a large one may be a mapped file, which is not copied."""
IN_A_BODY: Final = 2
"""How deep an event stands in a JSON body: in the array of the request object."""
NEXT_OBJECT: Final = re.compile(rb',\s*+\{\s*+"\w')
"""An object that follows in an array. In a string its quote would be escaped, and behind a string is no letter."""
LONGEST_GUESSED: Final = 50
"""How many characters of an unknown member's name are compared with the names that there are."""
_LINE: Final = re.compile(rb"[^\n]*\S[^\n]*")


class Limits(Protocol):
    """What a request is read under."""

    @property
    def max_events(self) -> int:
        """The most events in one batch."""

    @property
    def max_event_bytes(self) -> int:
        """The largest event, in bytes of its JSON text."""

    @property
    def max_nesting(self) -> int:
        """How deep objects and arrays may nest in a body."""


class RequestReader(Generic[Model]):
    """Reads requests of one model, which is generic in its `events` and given for any of them."""

    def __init__(self, model: type[Model]) -> None:
        self._model: Final = model
        self._others: Final = [name for name in model.model_fields if name != "events"]
        self._decode_typed: Callable[[Body], Any]
        self._struct: Any = None
        """What it decodes each event into."""
        self._decode_apart: Final = self._decoder(msgspec.Raw)

    def _decoder(self, event: Any) -> Callable[[Body], Any]:
        """Make a decoder that leaves the members beside the events to the model."""
        events = list[event]
        members: list[Any] = [("events", events), *((name, Any, msgspec.UNSET) for name in self._others)]
        parts = msgspec.defstruct("Parts", members, kw_only=True, forbid_unknown_fields=True)
        return msgspec.json.Decoder(parts).decode

    def read(self, body: Body, limits: Limits) -> tuple[Model, Batch]:
        """Read a request and its events, as a whole or, where something is odd, one by one.

        Raises `RequestRefusedError`.
        """
        read = self._read_typed(body, limits) or self._read_apart(body, limits)
        if read is None:  # the model says what is wrong with the request object
            if len(body) > limits.max_event_bytes:
                with suppress(*UNREADABLE, KeyError):  # what is no batch the model explains
                    check_sizes(_decode_list(_decode_members(body)["events"]), limits)
            request = read_object(self._model, body, limits)
            events = request.events  # type: ignore[attr-defined] # every such model has them
            check_count(len(events), limits)
            read = request, read_batch(events)
        return read

    def _read_typed(self, body: Body, limits: Limits) -> tuple[Model, Batch] | None:
        """Read a request in which nothing is odd; None for any other, and where an event may be too large."""
        struct = KNOWN_TYPES.struct
        if self._struct is not struct:  # another type was met since
            self._decode_typed = self._decoder(struct)
            self._struct = struct
        try:
            parts = self._decode_typed(body)
        except UNREADABLE:
            return None
        if not are_surely_small(body, limits):
            return None
        request = self._request(parts, limits)
        if request is None:
            return None
        check_count(len(parts.events), limits)
        batch = read_typed(parts.events)
        return None if batch is None else (request, batch)

    def _read_apart(self, body: Body, limits: Limits) -> tuple[Model, Batch] | None:
        """Read a request event by event; None where the request object is wrong."""
        try:
            parts = self._decode_apart(body)
        except UNREADABLE:
            return None
        if len(body) > limits.max_event_bytes:
            check_sizes(parts.events, limits)
        request = self._request(parts, limits)
        if request is None:
            return None
        check_count(len(parts.events), limits)
        batch = read_texts(parts.events, max_nesting=limits.max_nesting - IN_A_BODY)
        if any(event.text is not None for event in batch.broken):
            _decode_body(body, limits)
        return request, batch

    def _request(self, parts: Any, limits: Limits) -> Model | None:
        """Make the request of the members beside the events; None where one is wrong."""
        given = {name: value for name in self._others if (value := getattr(parts, name)) is not msgspec.UNSET}
        if is_deeper(given, limits.max_nesting):
            return None
        try:
            request = self._model.model_validate({**given, "events": []})
        except ValidationError:
            return None
        roster = getattr(request, "roster", None)
        if roster and any(key != identity.participant_id for key, identity in roster.items()):
            return None
        return request


_decode_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_list: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


def read_lines(body: bytes, limits: Limits) -> tuple[Batch, LineLocations]:
    """Read NDJSON: one event a line, blank lines passed over; raises `RequestRefusedError`.

    A line that is no JSON, or too large, is refused; a line that is no event is a broken event of the batch.
    """
    batch, locations = read_all_lines(body, limits)
    unreadable = next((event for event in batch.broken if event.text is not None), None)
    if unreadable is not None:
        raise line_refusal(unreadable.text or b"", locations.lines[unreadable.index], limits)
    return batch, locations


def read_all_lines(body: bytes, limits: Limits) -> tuple[Batch, LineLocations]:
    """Read NDJSON in which every line has its verdict: what is no JSON or too large is a broken event."""
    body = bytes(body)
    if body.count(b"\n") >= limits.max_events:
        check_count(sum(1 for _ in _LINE.finditer(body)), limits, pointer="")
    return read_lines_from(body, 1, limits)


def read_lines_from(block: bytes, number: int, limits: Limits) -> tuple[Batch, LineLocations]:
    """Read a block of NDJSON whose first line has this number; what is no JSON or too large is a broken event."""
    texts = block.split(b"\n")
    places = [place for place, text in enumerate(texts) if text and not text.isspace()]
    most = limits.max_event_bytes
    lines = [texts[place] if len(texts[place]) <= most else texts[place].strip() for place in places]
    batch = read_texts(lines, max_nesting=limits.max_nesting, max_bytes=most)
    return batch, LineLocations([number + place for place in places])


def refuse_first_broken(batch: Batch, locations: LineLocations, limits: Limits) -> None:
    """Raise `RequestRefusedError` for the first line that is no event, where there is one."""
    if batch.broken:
        first = batch.broken[0]
        if first.text is not None:
            raise line_refusal(first.text, locations.lines[first.index], limits)
        raise _broken_refusal([first], locations)


def refuse_broken(batch: Batch, locations: ArrayLocations) -> None:
    """Raise `RequestRefusedError` where a collaboration event has no sound envelope."""
    if batch.broken:
        raise _broken_refusal(batch.broken, locations)


def _broken_refusal(broken: Sequence[BrokenEvent], locations: ArrayLocations) -> RequestRefusedError:
    findings = (
        locations.finding(event.index, location, violation.violation_type, violation.message)
        for event in broken
        for location, violation in event.violations()
    )
    names = {"event_id": broken[0].event_id, "event_type": broken[0].event_type}
    return invalid_request(findings, {name: text for name, text in names.items() if text})


def read_object(model: type[Model], body: Body, limits: Limits) -> Model:
    """Read a request object, its events left as they are; raises `RequestRefusedError`."""
    data = _decode_body(body, limits)
    roster = data.get("roster") if isinstance(data, dict) else None
    if isinstance(roster, dict):  # entry by entry, so that a bad one of any size is answered after 100 errors
        findings = roster_findings(roster, ("roster",))
        if first := next(findings, None):
            raise invalid_request(chain((first,), findings))
    try:
        return model.model_validate(with_few_unknown(data, model))
    except ValidationError as error:
        findings = (_finding_in(model, location, violation) for location, violation in model_violations(error))
        raise invalid_request(findings) from None


def _finding_in(model: type[Model], location: Location, violation: ModelViolation) -> RequestFinding:
    """Say what is wrong with a request object, and name the members that it should have instead."""
    message, fields = violation.message, model.model_fields
    if not location:
        required = ", ".join(f'"{name}": …' for name, field in fields.items() if field.is_required())
        message += f", such as {{{required}}}"
    elif violation.violation_type == "extra_forbidden" and len(location) == 1:
        near = difflib.get_close_matches(str(location[0])[:LONGEST_GUESSED], fields, n=1)
        instead = f"the nearest is `{near[0]}`" if near else f"the request may have {', '.join(fields)}"
        message = f"No such member; {instead}"
    return RequestFinding(pointer(location), violation.violation_type, message)


def check_count(count: int, limits: Limits, pointer: str = "/events") -> None:
    """Refuse a batch that has too many events."""
    if count > limits.max_events:
        most = f"At most {limits.max_events} events"
        detail = f"The batch has {count} events. {most} are allowed"
        raise RequestRefusedError(
            "too-many-events", detail, (RequestFinding(pointer, "too_long", most),), is_limit=True
        )


def are_surely_small(body: Body, limits: Limits) -> bool:
    """Whether no event of a body is too large, as far as that shows without telling the events apart.

    The body was decoded into closed structs, in which no event has objects in an array. So where an object follows in
    an array, one event has ended before it. Where that happens in each half of `max_event_bytes`, no event is larger.
    """
    half = limits.max_event_bytes // 2
    starts = range(0, len(body) - half + 1, half) if len(body) > limits.max_event_bytes else ()
    return all(NEXT_OBJECT.search(body, start, start + half) for start in starts)


def check_sizes(texts: Sequence[Text], limits: Limits) -> None:
    """Refuse a JSON batch for its first event that is too large."""
    most = limits.max_event_bytes
    for index, size in enumerate(map(len, texts)):
        if size > most:
            raise _size_refusal(texts[index], IN_ARRAY.finding(index, (), "", ""), IN_ARRAY.name(index), limits)


def _size_refusal(text: Text, at: RequestFinding, name: str, limits: Limits) -> RequestRefusedError:
    try:
        event = msgspec.json.decode(text)
    except UNREADABLE:
        event = None
    about = {name: found for name in ("event_id", "event_type") if (found := text_member(event, name))}
    return event_too_large(len(text), limits, at, f" at {name}", about)


def event_too_large(
    size: int, limits: Limits, at: RequestFinding, place: str = "", about: Mapping[str, str] | None = None
) -> RequestRefusedError:
    """Make the refusal of an event that is too large, at this place of the request where it has more than one."""
    most = f"At most {limits.max_event_bytes} bytes"
    detail = f"The event{place} has {size} bytes. {most} are allowed"
    finding = at._replace(code="too_long", message=most)
    return RequestRefusedError("event-too-large", detail, (finding,), about, is_limit=True)


def _decode_body(body: Body, limits: Limits) -> Any:
    try:
        return decode_json(body, max_nesting=limits.max_nesting)
    except JsonTextError as error:
        finding = RequestFinding("", error.code, error.reason, error.line, error.column)
        raise RequestRefusedError(error.code, f"The body is not JSON: {error}", (finding,)) from None
    except TooDeepError as error:
        raise RequestRefusedError(
            error.code, str(error), (RequestFinding("", error.code, str(error)),), is_limit=True
        ) from None


def line_refusal(text: bytes, number: int, limits: Limits) -> RequestRefusedError:
    """Make the refusal of a line that is too large, no JSON, or nested too deep."""
    if len(text) > limits.max_event_bytes:
        return _size_refusal(text, RequestFinding("", "", "", number), f"line {number}", limits)
    try:
        decode_json(text, max_nesting=limits.max_nesting)
    except JsonTextError as error:
        finding = RequestFinding("", error.code, error.reason, number, error.column)
        return RequestRefusedError(error.code, f"Line {number}: {error.reason} at column {error.column}", (finding,))
    except TooDeepError as error:
        return RequestRefusedError(
            error.code, f"Line {number}: {error}", (RequestFinding("", error.code, str(error), number),)
        )
    raise AssertionError("the text is JSON")


def roster_findings(roster: dict[str, Any], at: Location) -> Iterator[RequestFinding]:
    """Find what is wrong with a roster that stands at this place, entry by entry."""
    for key, entry in roster.items():
        broken = False
        for location, violation in judge_by_model(entry, ParticipantIdentity):
            broken = True
            yield RequestFinding(pointer((*at, key, *location)), violation.violation_type, violation.message)
        if not broken and entry["participant_id"] != key:
            place = pointer((*at, key, "participant_id"))
            yield RequestFinding(place, "roster_key_mismatch", "Input should be the same as its key in the roster")
