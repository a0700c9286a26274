"""Lines as rows that an engine can sort: each with its mission and its place in canonical order."""

from collections.abc import Callable, Iterator, Sequence
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
INSTANT: Final = pa.timestamp("us", tz="UTC")


def rows_of(part: Part, progress: Callable[[int], None] = lambda size: None) -> Iterator[pa.RecordBatch]:
    """Read a part of a history; the last row is the census of the lines that belong to no mission.

    `progress` is called with the bytes of the file that were read. Raises `InputError` where the file cannot be read
    to its end.
    """
    census = Census()
    for block in read_part(part):
        yield from _rows_of_block(block, census)
        progress(block.size)
    yield pa.RecordBatch.from_pylist([{"text": census.encode()}], schema=ROWS)


def read_lines(lines: Sequence[bytes]) -> Batch:
    """Read lines, each an event or anything else."""
    return read_texts(lines, max_nesting=MAX_NESTING)


def _rows_of_block(block: Block, census: Census) -> Iterator[pa.RecordBatch]:
    """Make the rows of some lines: those of the rejected ones, then those of the events."""
    numbers = [number for number, text in enumerate(block.lines) if text and not text.isspace()]
    batch = read_lines([block.lines[number] for number in numbers])
    census.count("ignored", (origin_of(other.value) for other in batch.others))
    events, places = batch.events, [numbers[index] for index in batch.indices]
    # an event belongs to the mission that its payload names, whether or not the payload fits its model
    missions = [
        named_mission(event.source.payload) if event.payload is None else event.payload.mission_id for event in events
    ]
    rejects = [
        _rejected(block, numbers[broken.index], broken.value, _why_broken(broken), census) for broken in batch.broken
    ]
    if None in missions:
        homeless = [at for at, mission_id in enumerate(missions) if mission_id is None]
        for at in homeless:
            value = decode_json(block.lines[places[at]], max_nesting=MAX_NESTING)
            rejects.append(_rejected(block, places[at], value, _why_without_mission(events[at], value), census))
        kept = [at for at, mission_id in enumerate(missions) if mission_id is not None]
        events, places = [events[at] for at in kept], [places[at] for at in kept]
        missions = [missions[at] for at in kept]
    if rejects:
        yield pa.RecordBatch.from_pylist(rejects, schema=ROWS)
    yield pa.RecordBatch.from_arrays(
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


def _rejected(block: Block, number: int, value: Any, reason: Reason, census: Census) -> dict[str, Any]:
    """Count a rejected line, and make its row; lines of a block are counted from 0."""
    census.reject(reason.code, origin_of(value))
    event_id = text_member(value, "id" if is_cloudevents_row(value) else "event_id")
    mission_id = named_mission(value.get("payload")) if isinstance(value, dict) else None
    names = Names(mission_id, event_id, text_member(value, "event_type"))
    line = Line(block.path, block.first_line + number, block.lines[number])
    return {"path": line.path, "line": line.number, "text": rejected(line, names, reason)}


def _why_without_mission(event: FoldEvent, value: Any) -> Reason:
    if shape := foreign_shape(value):
        return Reason(*shape)
    refusal = malformed(event)
    return Reason(refusal.code, refusal.reason, refusal.location)


def _why_broken(broken: BrokenEvent) -> Reason:
    if broken.text is not None:
        return _why_not_json(broken.text)
    if not isinstance(broken.value, dict):
        return Reason(INVALID, "The line is not a JSON object, so it is not an event")
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
