"""Lines as rows that an engine can sort: each with its mission and its place in canonical order."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from mission_collaboration.contract.errors import SpecKittyEventsError
from mission_collaboration.decoding.batch import Batch, BrokenEvent, FoldEvent, text_member
from mission_collaboration.decoding.events import malformed
from mission_collaboration.decoding.json_text import JsonTextError, decode_json
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.decoding.verdicts import foreign_shape, is_cloudevents_row
from mission_collaboration.replay.census import NAMELESS, Census, Origin
from mission_collaboration.replay.files import Block, Part, read_part
from mission_collaboration.replay.rejects import Line, Names, Reason, rejected

INVALID: Final = "invalid-request"
"""The code of what has no sound envelope."""
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


def read_lines(lines: Sequence[bytes]) -> Batch:
    """Read lines, each an event or anything else."""
    return read_texts(lines, max_nesting=MAX_NESTING)


def _rows_of_block(block: Block, census: Census) -> pa.RecordBatch:
    lines = [
        Line(block.path, number, text)
        for number, text in enumerate(block.lines, block.first_line)
        if text and not text.isspace()
    ]
    batch = read_lines([line.text for line in lines])
    census.count("ignored", (origin_of(other.value) for other in batch.others))
    rows: list[tuple[Any, ...]] = []
    for event, index in zip(batch.events, batch.indices, strict=True):
        line, mission_id = lines[index], mission_of(event)
        if mission_id is None:
            value = decode_json(line.text, max_nesting=MAX_NESTING)
            rows.append(_rejected(line, value, _why_without_mission(event, value), census))
        else:
            time = (event.timestamp - _EPOCH) // _MICROSECOND
            rows.append((mission_id, event.lamport_clock, time, event.event_id, line.path, line.number, line.text))
    rows += [_rejected(lines[broken.index], broken.value, _why_broken(broken), census) for broken in batch.broken]
    columns = zip(*rows, strict=True) if rows else [()] * len(ROWS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ROWS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ROWS)


def mission_of(event: FoldEvent) -> str | None:
    """Find the mission that an event's payload names, whether or not the payload fits its model."""
    if event.payload is not None:
        mission_id: str = event.payload.mission_id
        return mission_id
    return named_mission(event.source.payload)


def named_mission(payload: Any) -> str | None:
    """Find the mission that a payload as sent names."""
    mission_id = payload.get("mission_id") if isinstance(payload, dict) else None
    return mission_id if isinstance(mission_id, str) and mission_id else None


def origin_of(value: Any) -> Origin:
    """Name the type and the producer of a line as sent."""
    if not isinstance(value, dict):
        return NAMELESS
    producer = text_member(value, "schema_version") if "schema_version" in value else OLDEST_PRODUCER
    return Origin(text_member(value, "event_type") or "", producer or "")


def _rejected(line: Line, value: Any, reason: Reason, census: Census) -> tuple[Any, ...]:
    """Count a rejected line, and make its row."""
    census.reject(reason.code, origin_of(value))
    event_id = text_member(value, "id" if is_cloudevents_row(value) else "event_id")
    mission_id = named_mission(value.get("payload")) if isinstance(value, dict) else None
    names = Names(mission_id, event_id, text_member(value, "event_type"))
    return None, None, None, None, line.path, line.number, rejected(line, names, reason)


def _why_without_mission(event: FoldEvent, value: Any) -> Reason:
    if shape := foreign_shape(value):
        return Reason(*shape)
    refusal = malformed(event)
    return Reason(refusal.code, refusal.reason, refusal.location)


def _why_broken(broken: BrokenEvent) -> Reason:
    if broken.text is not None:
        return _why_not_json(broken.text)
    if not isinstance(broken.value, dict):
        return Reason(INVALID, "The line is no JSON object, so it is no event")
    if shape := foreign_shape(broken.value):
        return Reason(*shape)
    location, violation = next(broken.violations())
    return Reason(INVALID, violation.message, location)


def _why_not_json(text: bytes) -> Reason:
    try:
        decode_json(text, max_nesting=MAX_NESTING)
    except JsonTextError as error:
        return Reason(error.code, f"The line is not JSON: {error.reason} at column {error.column}")
    except SpecKittyEventsError as error:
        return Reason(error.code, str(error))
    raise AssertionError("the text is JSON")
