"""Rejected lines: why, and the line itself, so that it can be mended and sent again."""

import base64
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from mission_collaboration.contract.errors import Location, SpecKittyEventsError, pointer
from mission_collaboration.decoding.batch import (
    INVALID_ENVELOPE,
    Batch,
    BrokenEvent,
    FoldEvent,
    mission_of,
    named_mission,
    text_member,
)
from mission_collaboration.decoding.events import malformed
from mission_collaboration.decoding.json_text import MAX_NESTING, JsonTextError, decode_json
from mission_collaboration.decoding.verdicts import foreign_shape, is_cloudevents_row
from mission_collaboration.replay.census import NAMELESS, Census, Origin
from mission_collaboration.replay.files import Block

OLDEST_PRODUCER: Final = "1.0.0"
"""The schema version of events that name none."""


class Reason(NamedTuple):
    """Why a line is rejected."""

    code: str
    detail: str
    location: Location | None = None
    """Where in the event the cause stands."""


class InputLine(NamedTuple):
    """A line of a file."""

    path: str
    number: int
    text: bytes


class Names(NamedTuple):
    """What a line says of itself, as far as it does."""

    mission_id: str | None = None
    event_id: str | None = None
    event_type: str | None = None


def rejected_entry(line: InputLine, names: Names, reason: Reason) -> bytes:
    """Write the entry of a rejected line, as one line of JSON."""
    entry: dict[str, Any] = {"file": line.path, "line": line.number}
    entry.update((name, value) for name, value in names._asdict().items() if value is not None)
    entry.update(code=reason.code, detail=reason.detail)
    if reason.location is not None:
        entry["pointer"] = pointer(reason.location)
    try:
        entry["raw"] = line.text.decode()
    except UnicodeDecodeError:
        entry["raw_base64"] = base64.b64encode(line.text).decode()
    return msgspec.json.encode(entry)


def why_broken(broken: BrokenEvent) -> Reason:
    """Explain a line that is not an event."""
    if broken.text is not None:
        try:
            decode_json(broken.text, max_nesting=MAX_NESTING)
        except JsonTextError as error:
            return Reason(error.code, f"The line is not JSON: {error.reason} at column {error.column}")
        except SpecKittyEventsError as error:
            return Reason(error.code, str(error))
    if not isinstance(broken.value, dict):
        return Reason(INVALID_ENVELOPE, "The line is not a JSON object, so it is not an event")
    if shape := foreign_shape(broken.value):
        return Reason(*shape)
    location, violation = next(broken.violations())
    return Reason(INVALID_ENVELOPE, violation.message, location)


def why_without_mission(event: FoldEvent, value: Any) -> Reason:
    """Explain a collaboration event whose payload names no mission; `value` is the line as decoded."""
    if shape := foreign_shape(value):
        return Reason(*shape)
    refusal = malformed(event)
    return Reason(refusal.code, refusal.reason, refusal.location)


def reject_rows(block: Block, numbers: Sequence[int], batch: Batch, census: Census) -> Iterator[dict[str, Any]]:
    """Count the lines that are no event, or name no mission, and make their rows."""
    found = [(broken.index, broken.value, why_broken(broken)) for broken in batch.broken]
    for index, event in zip(batch.indices, batch.events, strict=True):
        if mission_of(event) is None:
            value = decode_json(block.lines[numbers[index]], max_nesting=MAX_NESTING)
            found.append((index, value, why_without_mission(event, value)))
    for index, value, reason in found:
        census.reject(reason.code, origin_of(value))
        mission_id = named_mission(value.get("payload")) if isinstance(value, dict) else None
        event_id = text_member(value, "id" if is_cloudevents_row(value) else "event_id")
        line = InputLine(block.path, block.first_line + numbers[index], block.lines[numbers[index]])
        names = Names(mission_id, event_id, text_member(value, "event_type"))
        yield {"path": line.path, "line": line.number, "text": rejected_entry(line, names, reason)}


def origin_of(value: Any) -> Origin:
    """Name the type and the producer of a line as sent."""
    if not isinstance(value, dict):
        return NAMELESS
    producer = text_member(value, "schema_version") if "schema_version" in value else OLDEST_PRODUCER
    return Origin(text_member(value, "event_type") or "", producer or "")
