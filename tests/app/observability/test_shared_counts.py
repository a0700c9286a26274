"""The metrics of several workers add up, also where files between them are broken or gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Metric, disable_created_metrics

from app.observability import shared_counts
from app.observability.shared_counts import FOLDER_VARIABLE, WorkerCounts, add_others, merge_dead, publish

ALIVE = 1
"""A process that lives: the first."""


class Worker:
    """The metrics of one worker."""

    def __init__(self, requests: int) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        Counter("requests", "Requests", ["route"], registry=self.registry).labels("/reduce").inc(requests)
        Gauge("workers", "Workers", registry=self.registry).set(1)

    def families(self) -> list[Metric]:
        return list(self.registry.collect())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def dead_pid() -> int:
    """Give the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def leave(folder: Path, pid: int, requests: int) -> None:
    """Write what another worker would have written."""
    publish(Worker(requests).families())
    (folder / f"{os.getpid()}.json").rename(folder / f"{pid}.json")


def page(requests: int = 0) -> dict[str, float]:
    """Read the page of a worker that has counted so many requests itself."""
    families = add_others(Worker(requests).families())
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_without_a_folder_a_worker_shows_its_own_counts() -> None:
    assert page(3) == {"requests_total": 3, "workers": 1}


def test_counts_and_gauges_of_running_workers_are_added_up(folder: Path) -> None:
    leave(folder, ALIVE, 5)
    assert page(3) == {"requests_total": 8, "workers": 2}


def test_own_counts_are_never_taken_from_the_file(folder: Path) -> None:
    publish(Worker(2).families())
    assert page(3) == {"requests_total": 3, "workers": 1}


def test_a_dead_worker_s_counts_stay_and_its_gauges_go(folder: Path, dead_pid: int) -> None:
    leave(folder, dead_pid, 5)
    assert page(3) == {"requests_total": 8, "workers": 1}


def test_the_files_of_the_dead_are_merged_into_one(folder: Path, dead_pid: int) -> None:
    for _ in range(3):
        leave(folder, dead_pid, 5)
        merge_dead(dead_pid)
    assert [path.name for path in folder.iterdir()] == ["dead.json"]
    assert page(3) == {"requests_total": 18, "workers": 1}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\x00", b'{"counts": [[1, 2]]}'])
def test_a_broken_file_counts_nothing_and_disturbs_nothing(folder: Path, content: bytes) -> None:
    for name in (f"{ALIVE}.json", "dead.json", "stray.json"):
        (folder / name).write_bytes(content)
    assert page(3) == {"requests_total": 3, "workers": 1}
    merge_dead(ALIVE)


def test_a_folder_that_is_full_or_gone_costs_nothing_but_the_others_counts(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    shared_counts._warn_once.cache_clear()
    monkeypatch.setattr(Path, "write_bytes", full)
    for _ in range(3):
        publish(Worker(3).families())
    monkeypatch.undo()
    assert [record.getMessage() for record in caplog.records] == [
        "The metrics of other workers may lag: their folder cannot be written (No space left on device)"
    ]
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "gone"))
    publish(Worker(3).families())
    merge_dead(ALIVE)
    assert page(3) == {"requests_total": 3, "workers": 1}


def test_a_full_folder_keeps_what_a_dead_worker_has_counted(folder: Path, dead_pid: int) -> None:
    leave(folder, dead_pid, 5)
    (folder / "dead.tmp").mkdir()  # so that nothing can be written there
    merge_dead(dead_pid)
    assert page(3) == {"requests_total": 8, "workers": 1}


def test_a_service_of_one_worker_makes_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    with shared_counts.shared_folder(workers=1):
        assert FOLDER_VARIABLE not in os.environ
    with shared_counts.shared_folder(workers=2):
        folder = Path(os.environ[FOLDER_VARIABLE])
        assert folder.is_dir()
    assert not folder.exists()


def test_a_snapshot_is_read_as_it_was_written(folder: Path) -> None:
    leave(folder, ALIVE, 5)
    snapshot = shared_counts._read(folder / f"{ALIVE}.json")
    assert isinstance(snapshot, WorkerCounts)
    assert [(sample.name, value) for sample, value in snapshot.counts] == [("requests_total", 5)]
