"""Spark gives the bytes that DuckDB gives, on one machine, with little and with more memory."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from loadtests.history import history
from tests.support.replaying import Outputs, outputs, replay, write

pytestmark = pytest.mark.spark
LINES = history(6_000, 20, with_faults=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    write(folder / "a.ndjson", LINES[::2])
    (folder / "b.ndjson.gz").write_bytes(gzip.compress(b"\n".join(LINES[1::2])))
    return folder


def without_times(found: Outputs) -> dict[str, Any]:
    own = ("engine", "seconds", "events_per_second")
    return {name: value for name, value in found.census.items() if name not in own}


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("admit", ("--threads", "2", "--memory", "1GB")),
        ("permissive", ("--master", "local[1]", "--memory", "2GB")),
    ],
)
def test_both_engines_write_the_same(folder: Path, tmp_path: Path, mode: str, options: tuple[str, ...]) -> None:
    replay(folder, "--out", tmp_path / "duckdb", "--mode", mode)
    replay(folder, "--out", tmp_path / "spark", "--mode", mode, "--engine", "spark", "--quiet", *options)

    ours, theirs = outputs(tmp_path / "duckdb"), outputs(tmp_path / "spark")
    assert theirs.states == ours.states
    assert theirs.rejected == ours.rejected
    assert without_times(theirs) == without_times(ours)
    assert theirs.census["engine"] == "spark"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(b"\n".join(LINES[:500]))[:-9])

    told = replay(tmp_path / "cut.ndjson.gz", "--out", tmp_path / "out", "--engine", "spark", "--quiet", status=2)

    assert "cut.ndjson.gz" in told.splitlines()[-1]
    assert not (tmp_path / "out").exists()
