"""Runs of rows of one mission, and ties within them: rows with one place and one id, which an engine cannot order."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.content import content
from mission_collaboration.reducer.ordering import sort_key


def runs_of(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str | None, list[pa.RecordBatch]]]:
    """Cut rows into runs of one mission, so that neighbours with the same id, as ties are, stay together."""
    held: list[pa.RecordBatch] = []
    held_for: str | None = None
    for batch in batches:
        missions = pc.run_end_encode(batch.column("mission"))
        start = 0
        for mission_id, end in zip(missions.values.to_pylist(), missions.run_ends.to_pylist(), strict=True):
            rows, start = batch.slice(start, end - start), end
            cut = _end_of_whole_ids(rows, is_last=end == len(batch))
            if held and (
                mission_id != held_for
                or (not cut and held[0].column("event_id")[0].as_py() != rows.column("event_id")[0].as_py())
            ):
                yield held_for, held
                held = []
            held_for = mission_id
            if cut:
                yield mission_id, [*held, rows.slice(0, cut)]
                held = []
            if cut < len(rows):
                # a copy, with each text once, so that the batch that they come from need not stay
                waiting = rows.slice(cut)
                texts = waiting.column("text").dictionary_encode()
                waiting = waiting.set_column(waiting.schema.get_field_index("text"), "text", texts)
                held.append(waiting.take(pa.array(range(len(waiting)))))
    if held:
        yield held_for, held


def _end_of_whole_ids(rows: pa.RecordBatch, *, is_last: bool) -> int:
    """Find where those rows begin that may have more with their id in the next batch."""
    ids = rows.column("event_id")
    if not is_last or not ids[-1].is_valid:
        return len(rows)
    others = pc.indices_nonzero(pc.not_equal(ids, ids[-1]))
    return others[-1].as_py() + 1 if len(others) else 0


def order_of(events: Sequence[FoldEvent], repeated: Sequence[int]) -> list[int]:
    """Order events that share their place and their id by their content; all others are in order already."""
    order = list(range(len(events)))
    for _, run in groupby(repeated, key=lambda at: events[at].event_id):
        ties = list(run)
        different = {id(events[at]): events[at] for at in ties}  # copies of a line are one event
        if len(different) > 1:
            keys = {name: (sort_key(event), content(event)) for name, event in different.items()}
            ordered = sorted(ties, key=lambda at: keys[id(events[at])])
            for at, row in zip(ties, ordered, strict=True):
                order[at] = row
    return order
