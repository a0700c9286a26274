"""Lines as rows that an engine can sort: each with its mission and its place in canonical order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mission_collaboration.decoding.batch import Batch, text_member
from mission_collaboration.decoding.json_text import decode_json
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.decoding.verdicts import is_cloudevents_row
from mission_collaboration.replay.census import NAMELESS, Census, Origin
from mission_collaboration.replay.files import Block, Part, read_part
from mission_collaboration.replay.rejects import MAX_NESTING, Line, Names, rejected, why_broken, why_without_mission

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
INSTANT: Final = pa.timestamp("us", tz="UTC")


def rows_of(part: Part, progress: Callable[[int], None] = lambda size: None) -> Iterator[pa.RecordBatch]:
    """Read a part of a history; the last row is the census of the lines that belong to no mission.

    `progress` is called with the bytes of the file that were read. Raises `InputError` where the file cannot be read
    to its end.
    """
    census = Census()
    for block in read_part(part):
        numbers = [number for number, text in enumerate(block.lines) if text and not text.isspace()]
        batch = read_lines([block.lines[number] for number in numbers])
        census.count("ignored", (origin_of(other.value) for other in batch.others))
        if rejects := list(_rejects(block, numbers, batch, census)):
            yield pa.RecordBatch.from_pylist(rejects, schema=ROWS)
        yield _events(block, numbers, batch)
        progress(block.size)
    yield pa.RecordBatch.from_pylist([{"text": census.encode()}], schema=ROWS)


def read_lines(lines: Sequence[bytes]) -> Batch:
    """Read lines, each an event or anything else."""
    return read_texts(lines, max_nesting=MAX_NESTING)


def _events(block: Block, numbers: Sequence[int], batch: Batch) -> pa.RecordBatch:
    """Make the rows of the events of missions; an event belongs to the one that its payload names, sound or not."""
    events = batch.events
    missions = [
        named_mission(event.source.payload) if event.payload is None else event.payload.mission_id for event in events
    ]
    places = [numbers[index] for index in batch.indices]
    rows = pa.RecordBatch.from_arrays(
        [
            pa.array(missions, pa.string()),
            pa.array([event.lamport_clock for event in events], pa.int64()),
            pa.array([event.timestamp for event in events], INSTANT).cast(pa.int64()),
            pa.array([event.event_id for event in events], pa.string()),
            pa.array([block.path] * len(events), pa.string()),
            pa.array([block.first_line + number for number in places], pa.int64()),
            pa.array([block.lines[number] for number in places], pa.binary()),
        ],
        schema=ROWS,
    )
    return rows.filter(pc.is_valid(rows.column("mission"))) if None in missions else rows


def _rejects(block: Block, numbers: Sequence[int], batch: Batch, census: Census) -> Iterator[dict[str, Any]]:
    """Count the lines that are no event, or name no mission, and make their rows."""
    found = [(broken.index, broken.value, why_broken(broken)) for broken in batch.broken]
    for index, event in zip(batch.indices, batch.events, strict=True):
        if event.payload is None and named_mission(event.source.payload) is None:
            value = decode_json(block.lines[numbers[index]], max_nesting=MAX_NESTING)
            found.append((index, value, why_without_mission(event, value)))
    for index, value, reason in found:
        census.reject(reason.code, origin_of(value))
        mission_id = named_mission(value.get("payload")) if isinstance(value, dict) else None
        event_id = text_member(value, "id" if is_cloudevents_row(value) else "event_id")
        line = Line(block.path, block.first_line + numbers[index], block.lines[numbers[index]])
        names = Names(mission_id, event_id, text_member(value, "event_type"))
        yield {"path": line.path, "line": line.number, "text": rejected(line, names, reason)}


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
