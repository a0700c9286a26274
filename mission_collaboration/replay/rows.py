"""Lines as rows that an engine can sort: each with its mission and its place in canonical order."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from mission_collaboration.decoding.batch import Batch, mission_of
from mission_collaboration.decoding.json_text import MAX_NESTING
from mission_collaboration.decoding.reader import read_texts
from mission_collaboration.replay.census import Census
from mission_collaboration.replay.files import Block, Part, read_part
from mission_collaboration.replay.rejects import origin_of, reject_rows

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
        batch = decode_lines([block.lines[number] for number in numbers])
        census.count("ignored", (origin_of(other.value) for other in batch.others))
        if rejects := list(reject_rows(block, numbers, batch, census)):
            yield pa.RecordBatch.from_pylist(rejects, schema=ROWS)
        yield _events(block, numbers, batch)
        progress(block.size)
    yield pa.RecordBatch.from_pylist([{"text": census.encode()}], schema=ROWS)


def decode_lines(lines: Sequence[bytes]) -> Batch:
    """Read lines, each an event or anything else."""
    return read_texts(lines, max_nesting=MAX_NESTING)


def _events(block: Block, numbers: Sequence[int], batch: Batch) -> pa.RecordBatch:
    """Make the rows of the events of missions; an event belongs to the one that its payload names, sound or not."""
    events = batch.events
    missions = list(map(mission_of, events))
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


def count_lines(paths: list[str]) -> dict[str, Any]:
    """Count what can be counted of files without folding them."""
    census, events, missions = Census(), 0, set[str]()
    for path in paths:
        for batch in rows_of(Part(path)):
            of_missions = batch.filter(pc.is_valid(batch.column("mission")))
            events += len(of_missions)
            missions.update(of_missions.column("mission").unique().to_pylist())
            for row in batch.filter(pc.is_null(batch.column("line"))).to_pylist():
                census.add(row["text"])
    counted = census.report()
    report = {"read": counted["read"] + events, "events_of_missions": events, "missions": len(missions)}
    report |= {name: counted[name] for name in ("ignored", "rejected", "by_code")}
    return report
