"""The replay on one machine: processes read and fold, DuckDB sorts, and spills what does not fit the memory.

Three steps, each of files that are written once: lines → rows, one file a part of the input; rows → rows in order,
one file; rows in order → results, one file for some missions. Then the outputs are written from the results.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from mission_collaboration.replay.census import Census
from mission_collaboration.replay.files import Part
from mission_collaboration.replay.missions import RESULTS, fold_rows
from mission_collaboration.replay.options import TO_GO_ON, EngineError, ReplayMode, ReplayOptions, StateFormat
from mission_collaboration.replay.outputs import write_rejected, write_states
from mission_collaboration.replay.processes import LostProcessError, Processes, count
from mission_collaboration.replay.progress import Progress
from mission_collaboration.replay.rows import ROWS, rows_of
from mission_collaboration.replay.work_folder import WorkFolder, written

GROUP_ROWS: Final = 8_192
"""Rows in order are read in groups of this size."""
UNIT_GROUPS: Final = 2
"""The missions that begin in so many groups are folded in one piece."""
PACKED: Final[dict[str, Any]] = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
FOLDED: Final = ["mission", "event_id", "path", "line", "text", "repeated"]
"""The columns that the fold asks for."""
SORT: Final = """
COPY (
    SELECT *, hash(mission, event_id) IN (
        SELECT hash(mission, event_id) FROM read_parquet($rows) WHERE mission IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    ) AS repeated
    FROM read_parquet($rows) WHERE mission IS NOT NULL
    ORDER BY mission, clock NULLS FIRST, time, event_id, path, line
) TO '{target}' (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {group_rows})
"""
FINDINGS: Final = "FROM read_parquet($files, union_by_name = true) WHERE mission IS NULL"
SELECT_REJECTED: Final = f"SELECT text {FINDINGS} AND line IS NOT NULL ORDER BY path, line"
SELECT_CENSUSES: Final = f"SELECT text {FINDINGS} AND line IS NULL"


class Unit(NamedTuple):
    """The missions that begin in some groups of the rows in order."""

    first_group: int
    end_group: int
    """The group behind the last one."""
    before: str | None
    """The mission of the row before the first group."""

    @classmethod
    def all_of(cls, file: parquet.ParquetFile) -> "list[Unit]":
        """Cut the rows in order into pieces of whole missions."""
        units: list[Unit] = []
        before: str | None = None
        for first in range(0, file.num_row_groups if file.metadata.num_rows else 0, UNIT_GROUPS):
            end = min(first + UNIT_GROUPS, file.num_row_groups)
            units.append(cls(first, end, before))
            before = file.read_row_group(end - 1, columns=["mission"]).column(0)[-1].as_py()
        return units

    def rows(self, file: parquet.ParquetFile) -> Iterator[pa.RecordBatch]:
        """Read the rows of the missions that begin in the unit's groups; the last mission may end behind them."""
        last = self.before
        for group in range(self.first_group, file.num_row_groups):
            table = file.read_row_group(group, columns=FOLDED)
            missions = table.column("mission")
            if group < self.end_group:
                rows = table if self.before is None else table.filter(pc.not_equal(missions, self.before))
                last = missions[-1].as_py()
            elif last == self.before:  # no mission begins here
                return
            else:
                rows = table.filter(pc.equal(missions, last))
            yield from rows.to_batches()
            count(rows.num_rows)
            if group >= self.end_group and rows.num_rows < table.num_rows:
                return

    def results(self, in_order: Path, mode: ReplayMode) -> Iterator[pa.RecordBatch]:
        """Fold the missions, in a folding process."""
        with parquet.ParquetFile(in_order) as file:
            yield from fold_rows(self.rows(file), mode)


def replay(work: WorkFolder, parts: list[Part], options: ReplayOptions, progress: Progress) -> Census:
    """Replay the parts of a history, write states and rejected lines, and give the census.

    Raises `InputError` for what cannot be read, and `EngineError`.
    """
    in_order, rows, results = (work.folder / name for name in ("in-order.parquet", "rows", "results"))
    rows.mkdir(exist_ok=True)
    results.mkdir(exist_ok=True)
    row_files = [rows / f"{number:06}.parquet" for number in range(len(parts))]
    try:
        with Processes(options.threads) as processes:
            with progress.step("reading", sum(part.size for part in parts)):
                reads = ((path, ROWS, rows_of, part, count) for part, path in zip(parts, row_files, strict=True))
                processes.run(_write, reads, progress.move_to)
            if not in_order.exists():
                with progress.step("sorting", 100), _connected(work, options) as engine:
                    _sort(engine, row_files, in_order, progress.move_to)
            with parquet.ParquetFile(in_order) as file:
                units, total = Unit.all_of(file), file.metadata.num_rows
            result_files = [results / f"{number:06}.parquet" for number in range(len(units))]
            with progress.step("folding", total):
                pairs = zip(units, result_files, strict=True)
                folds = ((path, RESULTS, unit.results, in_order, options.mode) for unit, path in pairs)
                processes.run(_write, folds, progress.move_to)
        with _connected(work, options) as engine:
            return _write_outputs(engine, work.out, row_files, result_files, options.form)
    except LostProcessError:
        raise EngineError(
            f"A folding process was ended, perhaps for want of memory; {TO_GO_ON} and fewer --threads"
        ) from None
    except duckdb.Error as error:
        raise EngineError(f"DuckDB gave up: {error}; {TO_GO_ON}, or with more --memory or disk") from None


@contextmanager
def _connected(work: WorkFolder, options: ReplayOptions) -> Iterator[duckdb.DuckDBPyConnection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{options.memory}B",
        "threads": options.threads,
        "temp_directory": str(work.folder / "spilled"),
    }
    with duckdb.connect(":memory:", config=config) as engine:
        engine.execute("SET enable_progress_bar = true")  # it counts, for `query_progress`, and
        engine.execute("SET enable_progress_bar_print = false")  # prints nothing
        yield engine


def _write(target: Path, schema: pa.Schema, make: Callable[..., Iterator[pa.RecordBatch]], *arguments: Any) -> None:
    """Write the batches that `make` gives, in a process, where the run that was ended did not."""
    if target.exists():
        return
    with written(target) as path, parquet.ParquetWriter(path, schema, **PACKED) as file:
        for batch in make(*arguments):
            file.write_batch(batch)


def _sort(engine: duckdb.DuckDBPyConnection, rows: list[Path], target: Path, watch: Callable[[int], None]) -> None:
    """Bring the rows of all parts into order."""
    with written(target) as path, ThreadPoolExecutor(1) as thread:
        statement = SORT.format(target=str(path).replace("'", "''"), group_rows=GROUP_ROWS)
        sorting = thread.submit(engine.execute, statement, {"rows": list(map(str, rows))})
        try:
            while not wait([sorting], timeout=0.2).done:
                watch(int(engine.query_progress()))
        except KeyboardInterrupt:
            engine.interrupt()
            raise
        sorting.result()


def _write_outputs(
    engine: duckdb.DuckDBPyConnection, out: Path, row_files: list[Path], result_files: list[Path], form: StateFormat
) -> Census:
    """Write the states, in the order of their missions, and the rejected lines, and give the census."""
    results = (batch for path in result_files for batch in parquet.ParquetFile(path).iter_batches(batch_size=1_000))
    write_states(out, (batch.filter(pc.is_valid(batch.column("mission"))) for batch in results), form)
    files = {"files": list(map(str, (*row_files, *result_files)))}
    write_rejected(out, engine.sql(SELECT_REJECTED, params=files).to_arrow_reader(1_000))
    census = Census()
    for (text,) in engine.execute(SELECT_CENSUSES, files).fetchall():
        census.add(text)
    return census
