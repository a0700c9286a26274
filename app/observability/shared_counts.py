"""The metrics of several workers on one page: each writes its samples to a file, and any of them adds the files up.

A file is written whole and then renamed, so no reader sees half of one. If something is wrong with the folder (full,
read-only, removed) or with a file, the page may lag; nothing else is disturbed.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from prometheus_client import Metric

SHARED_MEMORY: Final = Path("/dev/shm")
"""Can usually be written to, even where the root file system is read-only."""
FOLDER_VARIABLE: Final = "COLLAB_INTERNAL_METRICS_FOLDER"
"""The variable that tells the workers the folder."""
DEAD: Final = "dead"
"""The name of the file with the counts of workers that are gone."""

logger = logging.getLogger("app.observability")
_warn_once = lru_cache(maxsize=16)(logger.warning)


class Sample(NamedTuple):
    """Which value of which metric."""

    family: str
    name: str
    labels: tuple[tuple[str, str], ...]


Values = dict[Sample, float]


class WorkerCounts(msgspec.Struct):
    """What one worker has counted, and how things stand with it."""

    counts: list[tuple[Sample, float]]
    gauges: list[tuple[Sample, float]]


_decoder: Final = msgspec.json.Decoder(WorkerCounts)


@contextmanager
def shared_folder(workers: int) -> Iterator[None]:
    """Make the folder where there are several workers, and remove it at the end."""
    os.environ.pop(FOLDER_VARIABLE, None)
    for parent in (SHARED_MEMORY, None) if workers > 1 else ():
        with suppress(OSError):
            os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="collab-metrics-", dir=parent)
            break
    try:
        yield
    finally:
        remove_folder()


def _folder() -> Path | None:
    name = os.environ.get(FOLDER_VARIABLE)
    return Path(name) if name else None


def remove_folder() -> None:
    """Remove the folder; a worker does so where its supervisor was killed."""
    if folder := _folder():
        shutil.rmtree(folder, ignore_errors=True)


def publish(families: Iterable[Metric]) -> None:
    """Write the samples of this process for the other workers to read."""
    if folder := _folder():
        counts, gauges = _values(families)
        _write(folder / f"{os.getpid()}.json", WorkerCounts(list(counts.items()), list(gauges.items())))


def add_others(families: Iterable[Metric]) -> list[Metric]:
    """Add what the other workers have counted to the metrics of this one."""
    families = list(families)
    folder = _folder()
    if folder is None:
        return families
    counts, gauges = _values(families)
    for path in folder.glob("*.json"):
        if path.stem == str(os.getpid()):
            continue
        snapshot = _read(path)
        _add(counts, snapshot.counts)
        with suppress(ValueError, OSError):  # the file of the dead, or of a worker that is gone
            os.kill(int(path.stem), 0)
            _add(gauges, snapshot.gauges)
    together = [Metric(family.name, family.documentation, family.type) for family in families]
    by_name = {family.name: family for family in together}
    for sample, value in (counts | gauges).items():
        if family := by_name.get(sample.family):
            family.add_sample(sample.name, dict(sample.labels), value)
    return together


def merge_dead(pid: int) -> None:
    """Add the counts of a dead worker to the file of the dead, so that files do not pile up."""
    if folder := _folder():
        path, dead = folder / f"{pid}.json", folder / f"{DEAD}.json"
        counts = dict(_read(dead).counts)
        _add(counts, _read(path).counts)
        if _write(dead, WorkerCounts(list(counts.items()), [])):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _values(families: Iterable[Metric]) -> tuple[Values, Values]:
    counts: Values = {}
    gauges: Values = {}
    for family in families:
        values = gauges if family.type == "gauge" else counts
        for sample in family.samples:
            values[Sample(family.name, sample.name, tuple(sample.labels.items()))] = sample.value
    return counts, gauges


def _add(values: Values, more: Iterable[tuple[Sample, float]]) -> None:
    for sample, value in more:
        is_same_everywhere = sample.name.endswith("_info")
        values[sample] = value if is_same_everywhere else values.get(sample, 0.0) + value


def _write(path: Path, snapshot: WorkerCounts) -> bool:
    unfinished = path.with_suffix(".tmp")
    try:
        unfinished.write_bytes(msgspec.json.encode(snapshot))
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        _warn_once("The metrics of other workers may lag: their folder cannot be written (%s)", str(error.strerror))
        return False
    return True


def _read(path: Path) -> WorkerCounts:
    """Read a file; one that is broken or gone counts nothing."""
    try:
        return _decoder.decode(path.read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError):
        return WorkerCounts([], [])
