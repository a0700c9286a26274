"""The replay on Spark, where one machine is not enough: the same function, on the executors' processes.

Rows are spread by mission and sorted within each partition, so that every mission is folded in one piece by one
process, which streams its rows. The driver writes the outputs, one partition after the other.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.functions import coalesce, col, concat_ws

from mission_collaboration.replay.census import Census
from mission_collaboration.replay.files import InputError, Part
from mission_collaboration.replay.missions import RESULTS, fold_rows
from mission_collaboration.replay.options import EngineError, ReplayOptions
from mission_collaboration.replay.outputs import write_rejected, write_states
from mission_collaboration.replay.progress import Progress
from mission_collaboration.replay.rows import rows_of
from mission_collaboration.replay.work_folder import WorkFolder

PART_COLUMNS: Final = "path string, first_line long, start long, stop long"
ROW_COLUMNS: Final = "mission string, clock long, time long, event_id string, path string, line long, text binary"
RESULT_COLUMNS: Final = "mission string, event_count long, digest string, path string, line long, text binary"
PARTITIONS_PER_CORE: Final = 4
"""Small partitions, so that a large mission keeps few others waiting."""
ROWS_AT_ONCE: Final = 2_000
DRIVER_MEMORY: Final = 10**9
"""The least that Spark's driver runs with."""
_INPUT_ERROR: Final = re.compile(rf"{InputError.__name__}: (.*)")


def replay(work: WorkFolder, parts: list[Part], options: ReplayOptions, progress: Progress) -> Census:
    """Replay the parts of a history, write states and rejected lines, and give the census.

    Raises `InputError` for what cannot be read, and `EngineError`.
    """
    mode = options.mode
    try:
        with _session(work, options) as spark:
            partitions = spark.sparkContext.defaultParallelism * PARTITIONS_PER_CORE
            spark.conf.set("spark.sql.shuffle.partitions", partitions)
            # what belongs to no mission is a result already, and spread evenly
            spread = coalesce(col("mission"), concat_ws(":", "path", "line"))
            in_order = (col("mission"), col("clock").asc_nulls_first(), "time", "event_id", "path", "line")
            results = (
                spark.createDataFrame(parts, PART_COLUMNS)
                .repartition(len(parts))
                .mapInArrow(_read, ROW_COLUMNS)
                .repartition(partitions, spread)
                .sortWithinPartitions(*in_order)
                .mapInArrow(lambda batches: fold_rows(batches, mode), RESULT_COLUMNS)
                .persist(StorageLevel.DISK_ONLY)
            )
            with progress.step("on Spark", 100):
                _watched(spark, results.count, progress.move_to)
            states = results.where(col("mission").isNotNull()).orderBy("mission")
            write_states(work.out, _batches(states.toLocalIterator()), options.form)
            rejected = results.where(col("mission").isNull() & col("line").isNotNull()).orderBy("path", "line")
            write_rejected(work.out, _batches(rejected.toLocalIterator()))
            census = Census()
            for row in results.where(col("mission").isNull() & col("line").isNull()).collect():
                census.add(bytes(row.text))
            return census
    except PySparkException as error:
        if found := _INPUT_ERROR.search(str(error)):
            raise InputError(found[1]) from None
        raise EngineError(f"Spark gave up: {error}") from None


@contextmanager
def _session(work: WorkFolder, options: ReplayOptions) -> Iterator[SparkSession]:
    """Start Spark, or join the session of `spark-submit`."""
    here = str(Path(__file__).parents[2])
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    builder = SparkSession.builder.appName("mission-collaboration replay")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.maxRecordsPerBatch": ROWS_AT_ONCE,
        "spark.sql.adaptive.enabled": "false",  # it would put small partitions together
    }
    if "SPARK_ENV_LOADED" not in os.environ:  # as spark-submit sets it
        builder = builder.master(options.master or f"local[{options.threads}]")
        settings["spark.driver.memory"] = f"{max(options.memory, DRIVER_MEMORY) // 2**20}m"
        settings["spark.local.dir"] = str((work.folder / "spilled").absolute())
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def _read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the parts that rows describe, in a process of an executor."""
    for batch in batches:
        for row in batch.to_pylist():
            yield from rows_of(Part(**row))


def _watched(spark: SparkSession, work: Callable[[], Any], watch: Callable[[int], None]) -> None:
    """Do some work, and tell how many per cent of its tasks are done."""
    tracker = spark.sparkContext.statusTracker()
    done: dict[int, float] = {}
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        while not wait([working], timeout=0.5).done:
            for stage in tracker.getActiveStageIds():
                if info := tracker.getStageInfo(stage):
                    done[stage] = info.numCompletedTasks / max(info.numTasks, 1)
            # of three stages the first one only hands out the parts
            watch(int(50 * (sum(1.0 if stage < max(done) else share for stage, share in done.items()) - 1)))
        working.result()


def _batches(rows: Iterator[Any]) -> Iterator[pa.RecordBatch]:
    while some := [row.asDict() for row in islice(rows, ROWS_AT_ONCE)]:
        yield pa.RecordBatch.from_pylist(some, schema=RESULTS)
