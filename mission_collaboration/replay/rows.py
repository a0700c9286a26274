"""Lines as rows that an engine can sort: each with its mission and its place in canonical order."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.decoding.batch import BrokenEvent, FoldEvent, text_member
from mission_collaboration.decoding.events import malformed, read_batch
from mission_collaboration.decoding.json_text import JsonTextError, decode_json
from mission_collaboration.replay.census import NAMELESS, Census, Origin
from mission_collaboration.replay.files import Block, Part, read_part
from mission_collaboration.replay.rejects import Line, Names, Reason, rejected

MAX_NESTING: Final = 64
"""How deep objects and arrays of a line may nest, as in a request to the service."""
OLDEST_PRODUCER: Final = "1.0.0"
"""The schema version of events that name none."""
ROWS: Final = pa.schema(
    [
        ("mission", pa.string()),
        ("clock", pa.int64()),
        ("time", pa.int64()),
        ("event_id", pa.string()),
        ("path", pa.string()),
        ("line", pa.int64()),
        ("text", pa.binary()),
    ]
)
"""An event of a mission: its place in canonical order, where it comes from, and the line as it is.

Without a mission a row is a result already: the entry of a rejected line, or, without a `line`, a census.
"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def rows_of(part: Part, progress: Callable[[int], None] = lambda size: None) -> Iterator[pa.RecordBatch]:
    """Read a part of a history; the last row is the census of the lines that belong to no mission.

    `progress` is called with the bytes of the file that were read. Raises `InputError` where the file cannot be read
    to its end.
    """
    census = Census()
    for block in read_part(part):
        yield _rows_of_block(block, census)
        progress(block.size)
    yield result_row(None, None, census.encode())


def result_row(path: str | None, line: int | None, text: bytes) -> pa.RecordBatch:
    """Make the row of something that belongs to no mission."""
    return pa.RecordBatch.from_pylist([{"path": path, "line": line, "text": text}], schema=ROWS)


def decode_lines(texts: Sequence[bytes]) -> Iterator[Any]:
    """Decode lines, each by itself; what is no JSON comes as the error that says why."""
    for text in texts:
        try:
            yield decode_json(text, max_nesting=MAX_NESTING)
        except SpecKittyEventsError as error:
            yield error


def _rows_of_block(block: Block, census: Census) -> pa.RecordBatch:
    lines = [
        Line(block.path, number, text)
        for number, text in enumerate(block.lines, block.first_line)
        if text and not text.isspace()
    ]
    values = list(decode_lines([line.text for line in lines]))
    rows: list[tuple[Any, ...]] = []

    def reject(line: Line, value: Any, names: Names, reason: Reason) -> None:
        census.reject(reason.code, origin_of(value))
        rows.append((None, None, None, None, line.path, line.number, rejected(line, names, reason)))

    sound: list[int] = []
    for place, value in enumerate(values):
        if (reason := why_no_event(value)) is None:
            sound.append(place)
        else:
            reject(lines[place], value, _names_of(value), reason)
    batch = read_batch([values[place] for place in sound])
    census.count("ignored", (origin_of(values[sound[other.index]]) for other in batch.others))
    for broken in batch.broken:
        reject(lines[sound[broken.index]], broken.value, _names_of(broken.value), _why_broken(broken))
    for event, index in zip(batch.events, batch.indices, strict=True):
        line = lines[sound[index]]
        mission_id = mission_of(event)
        if mission_id is None:
            refusal = malformed(event)
            names = Names(None, event.event_id, event.event_type)
            reject(line, values[sound[index]], names, Reason(refusal.code, refusal.reason, refusal.location))
        else:
            time = (event.timestamp - _EPOCH) // _MICROSECOND
            rows.append((mission_id, event.lamport_clock, time, event.event_id, line.path, line.number, line.text))
    columns = zip(*rows, strict=True) if rows else [()] * len(ROWS)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, ROWS, strict=True)], schema=ROWS
    )


def mission_of(event: FoldEvent) -> str | None:
    """Find the mission that an event's payload names, whether or not the payload fits its model."""
    if event.payload is not None:
        mission_id: str = event.payload.mission_id
        return mission_id
    return text_of(event.source.payload, "mission_id") or None


def text_of(value: Any, name: str) -> str | None:
    """Read a member that is a string."""
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, str) else None


def why_no_event(value: Any) -> Reason | None:
    """Say why something is no event at all; None for what may be one."""
    if isinstance(value, JsonTextError):
        return Reason(value.code, f"The line is not JSON: {value.reason} at column {value.column}")
    if isinstance(value, SpecKittyEventsError):
        return Reason(value.code, str(value))
    if not isinstance(value, dict):
        return Reason("invalid-request", "The line is no JSON object, so it is no event")
    if "specversion" in value and "event_type" not in value:
        return Reason("cloudevents-row", "The line is a CloudEvents row, not an event; send what its data holds")
    is_ours = text_of(value, "event_type") in COLLABORATION_EVENT_TYPES
    if is_ours and "payload" not in value and "mission_id" in value:
        return Reason("not-an-envelope", "The line is a flat record; put what is not of the envelope under `payload`")
    return None


def origin_of(value: Any) -> Origin:
    """Name the type and the producer of a line."""
    if not isinstance(value, dict):
        return NAMELESS
    producer = text_member(value, "schema_version") if "schema_version" in value else OLDEST_PRODUCER
    return Origin(text_member(value, "event_type") or "", producer or "")


def _names_of(value: Any) -> Names:
    is_cloudevents = isinstance(value, dict) and "event_type" not in value and "specversion" in value
    event_id = text_member(value, "id" if is_cloudevents else "event_id")
    mission_id = text_of(value.get("payload"), "mission_id") if isinstance(value, dict) else None
    return Names(mission_id or None, event_id, text_member(value, "event_type"))


def _why_broken(broken: BrokenEvent) -> Reason:
    location, violation = next(broken.violations())
    return Reason("invalid-request", violation.message, location)
