"""The outputs of a replay: states, rejected lines, census."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
from pyarrow import parquet

from mission_collaboration.replay.options import StateFormat

STATES: Final = "states.ndjson"
STATES_FOLDER: Final = "states"
REJECTED: Final = "rejected.ndjson"
CENSUS: Final = "census.json"
OUTPUTS: Final = (STATES, STATES_FOLDER, REJECTED, CENSUS)
STATE_TABLE: Final = pa.schema(
    [("mission_id", pa.string()), ("event_count", pa.int64()), ("digest", pa.string()), ("state", pa.string())]
)


def write_states(folder: Path, batches: Iterable[pa.RecordBatch], form: StateFormat) -> None:
    """Write states, which come sorted by mission, from batches of `missions.RESULTS`."""
    if form == "parquet":
        (folder / STATES_FOLDER).mkdir(exist_ok=True)
        with parquet.ParquetWriter(folder / STATES_FOLDER / "part-00000.parquet", STATE_TABLE) as file:
            for batch in batches:
                columns = [batch.column(name) for name in ("mission", "event_count", "digest")]
                columns.append(batch.column("text").cast(pa.string()))
                file.write_batch(pa.RecordBatch.from_arrays(columns, schema=STATE_TABLE))
        return
    with (folder / STATES).open("wb") as lines:
        for batch in batches:
            for row in batch.to_pylist():
                head = {"mission_id": row["mission"], "event_count": row["event_count"], "digest": row["digest"]}
                lines.write(msgspec.json.encode(head)[:-1] + b',"state":' + row["text"] + b"}\n")


def write_rejected(folder: Path, batches: Iterable[pa.RecordBatch]) -> None:
    """Write the entries of rejected lines, which come sorted by file and line."""
    with (folder / REJECTED).open("wb") as lines:
        for batch in batches:
            for text in batch.column("text").to_pylist():
                lines.write(text + b"\n")
