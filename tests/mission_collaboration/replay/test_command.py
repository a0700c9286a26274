"""`mission-collaboration replay` as it is called: outputs, exit statuses, and runs that are ended."""

import gzip
import json
import os
import random
import select
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from loadtests.history import BROKEN_RULES, history
from tests.support import builders as build
from tests.support.replaying import FATES, ROOT, Outputs, command, line, mission, outputs, replay, write

Json = dict[str, Any]
EVENTS, MISSIONS = 3_000, 15
ALL = history(EVENTS, MISSIONS, with_faults=True)
FAULTS = {
    "malformed-json": 2,
    "too-deep": 1,
    "invalid-request": 4,
    "cloudevents-row": 1,
    "not-an-envelope": 1,
    "malformed-payload": 2,
    "conflicting-duplicate": 1,
    "unknown-participant": 1,
    "unknown-warning": 1,
    "unmatched-completion": 1,
}


def in_two_files(folder: Path, lines: Sequence[bytes]) -> Path:
    write(folder / "a.ndjson", lines[::2])
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"\r\n\n".join(lines[1::2])))
    return folder


def without_place(rejected: list[Json]) -> list[Json]:
    entries = [{name: value for name, value in entry.items() if name not in ("file", "line")} for entry in rejected]
    return sorted(entries, key=json.dumps)


def without_times(census: Json) -> Json:
    return {name: value for name, value in census.items() if name not in ("engine", "seconds", "events_per_second")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return in_two_files(tmp_path_factory.mktemp("history"), ALL)


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """Replay a history with every kind of fault."""
    out = tmp_path_factory.mktemp("out") / "replayed"
    replay(folder, "--out", out, "--threads", "2")
    return outputs(out)


def test_every_line_is_counted_and_every_fault_has_its_entry(whole: Outputs) -> None:
    assert whole.census["by_code"] == FAULTS
    assert whole.census["read"] == sum(whole.fates) == len(ALL)
    assert whole.census["rejected"] == len(whole.rejected) == sum(FAULTS.values())
    assert whole.census["accepted"] == EVENTS
    assert whole.census["duplicate"] == EVENTS * 2 // 100
    assert whole.census["ignored"] == EVENTS // 10
    assert whole.census["missions"] == MISSIONS


def test_the_census_parts_lines_by_type_and_producer(whole: Outputs) -> None:
    for parts in (whole.census["by_type"], whole.census["by_producer"]):
        assert {fate: sum(counts[fate] for counts in parts.values()) for fate in FATES} == {
            fate: whole.census[fate] for fate in FATES
        }
    assert whole.census["by_type"]["WPStatusChanged"]["ignored"] == EVENTS // 10
    assert whole.census["by_producer"]["1.0.0"]["ignored"] == EVENTS // 10
    assert whole.census["by_producer"][""]["rejected"] == 4


def test_an_entry_leads_back_to_its_line(whole: Outputs, folder: Path) -> None:
    lines = {
        str(folder / "a.ndjson"): (folder / "a.ndjson").read_bytes().split(b"\n"),
        str(folder / "b.jsonl.gz"): gzip.decompress((folder / "b.jsonl.gz").read_bytes()).split(b"\n"),
    }
    for entry in whole.rejected:
        text = lines[entry["file"]][entry["line"] - 1].removesuffix(b"\r")
        assert entry.get("raw", "").encode() == text or "raw_base64" in entry
        assert entry["detail"]
    places = [(entry["file"], entry["line"]) for entry in whole.rejected]
    assert places == sorted(places)


def test_rejected_lines_that_are_mended_are_accepted(tmp_path: Path) -> None:
    events = mission("m1", build.joined("p1"), build.heartbeat("p9"))
    broken = line({**events[0], "event_id": build.ulid(7), "lamport_clock": -7})
    source = write(tmp_path / "in.ndjson", [*map(line, events), broken])
    replay(source, "--out", tmp_path / "out")
    rejected = outputs(tmp_path / "out").rejected
    assert {entry["code"]: entry["pointer"] for entry in rejected} == {
        "invalid-request": "/lamport_clock",
        "unknown-participant": "/payload/participant_id",
    }

    mended = [entry["raw"].replace(": -7", ": 7").replace("p9", "p1").encode() for entry in rejected]
    write(source, [line(events[0]), *mended])
    replay(source, "--out", tmp_path / "again", "--fail-on-rejected")

    assert outputs(tmp_path / "again").fates == (3, 0, 0, 0)


@pytest.mark.parametrize(
    "options",
    [("--threads", "1"), ("--threads", "3", "--memory", "100MB")],
    ids=["one thread", "three threads in little memory"],
)
def test_shuffled_lines_and_files_give_the_same(whole: Outputs, tmp_path: Path, options: tuple[str, ...]) -> None:
    lines = list(ALL)
    random.Random(7).shuffle(lines)
    folder = in_two_files(tmp_path / "in", lines)

    replay(folder / "b.jsonl.gz", folder / "*.ndjson", "--out", tmp_path / "out", *options)

    again = outputs(tmp_path / "out")
    assert again.states == whole.states
    assert without_place(again.rejected) == without_place(whole.rejected)
    assert without_times(again.census) == without_times(whole.census)


def test_permissive_states_note_what_breaks_a_rule(folder: Path, tmp_path: Path) -> None:
    replay(folder, "--out", tmp_path / "out", "--mode", "permissive", "--threads", "1")

    found = outputs(tmp_path / "out")
    rows = list(map(json.loads, found.states.splitlines()))
    assert found.census["accepted"] == sum(row["event_count"] for row in rows)
    assert sum(found.fates) == found.census["read"] == len(ALL)
    assert set(found.census["by_code"]).isdisjoint({"unknown-participant", "conflicting-duplicate"})
    anomalies = [anomaly for row in rows for anomaly in row["state"]["anomalies"]]
    assert len(anomalies) == len(BROKEN_RULES) + 2  # the malformed payload, and the id that was used twice


def test_parquet_states_say_the_same(folder: Path, whole: Outputs, tmp_path: Path) -> None:
    replay(folder, "--out", tmp_path / "out", "--format", "parquet", "--threads", "1")

    rows = parquet.read_table(tmp_path / "out/states").to_pylist()
    lines = [json.loads(text) for text in whole.states.splitlines()]
    assert [{**row, "state": json.loads(row["state"])} for row in rows] == lines


def test_a_dry_run_counts_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    told = json.loads(replay(folder, "--out", tmp_path / "out", "--dry-run", "--quiet"))

    assert (told["read"], told["ignored"], told["missions"]) == (len(ALL), EVENTS // 10, MISSIONS)
    assert told["rejected"] == sum(told["by_code"].values()) == 10
    assert not (tmp_path / "out").exists()


def test_a_run_is_compared_with_an_earlier_one(tmp_path: Path) -> None:
    first = [*mission("m1", build.joined("p1")), *mission("m2", build.joined("p1"))]
    source = write(tmp_path / "in.ndjson", map(line, first))
    replay(source, "--out", tmp_path / "before")
    assert replay(source, "--out", tmp_path / "same", "--against", tmp_path / "before", "--quiet") == ""

    changed = [*mission("m1", build.joined("p1"), build.heartbeat("p9")), *mission("m3", build.joined("p/3"))]
    write(source, map(line, changed))
    told = replay(source, "--out", tmp_path / "after", "--against", tmp_path / "before", "--quiet")

    found = [json.loads(text) for text in told.splitlines()]
    assert [(each["mission_id"], each["differs"]) for each in found] == [
        *(("m2", "state"), ("m3", "state"), ("m1", "rejected")),
    ]
    assert [(each["before"] is None, each["after"] is None) for each in found] == [
        *((False, True), (True, False), (True, False)),
    ]
    assert (found[2]["at"], found[2]["after"]) == (changed[1]["event_id"], "unknown-participant")


def test_a_comparison_names_the_first_member_that_differs(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ndjson", map(line, mission("m1", build.joined("p1"))))
    replay(source, "--out", tmp_path / "before")
    write(source, map(line, mission("m1", build.joined("p1"), build.drive("p1", "active"))))

    told = replay(source, "--out", tmp_path / "after", "--against", tmp_path / "before", "--quiet")

    assert json.loads(told) == (
        {"mission_id": "m1", "differs": "state", "at": "/active_drivers/0", "before": None, "after": "p1"}
    )


@pytest.mark.parametrize("missing", ["states.ndjson", "rejected.ndjson"])
def test_a_comparison_with_half_an_earlier_run_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    source = write(tmp_path / "in.ndjson", map(line, mission("m1", build.joined("p1"))))
    replay(source, "--out", tmp_path / "before")
    (tmp_path / "before" / missing).unlink()

    told = replay(source, "--out", tmp_path / "after", "--against", tmp_path / "before", "--quiet", status=2)

    assert "of an earlier run" in told.splitlines()[-1]


def test_rejected_lines_fail_where_they_are_to(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ndjson", [b"{"])

    replay(source, "--out", tmp_path / "out", "--fail-on-rejected", status=1)

    assert outputs(tmp_path / "out").fates == (0, 0, 0, 1)
    replay(source, "--out", tmp_path / "out", "--fail-on-rejected", "--resume", status=1)


def test_what_cannot_be_read_ends_the_run_without_outputs(tmp_path: Path) -> None:
    packed = gzip.compress(b"\n".join(ALL[:200]))
    (tmp_path / "cut.ndjson.gz").write_bytes(packed[:-9])

    told = replay(tmp_path / "cut.ndjson.gz", "--out", tmp_path / "out", "--quiet", status=2)

    assert "cut.ndjson.gz" in told
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["none*.ndjson"], ["a.ndjson", "--mode", "none"], ["a.ndjson", "--memory", "x"], []], ids=str
)
def test_a_call_that_asks_for_nothing_possible_is_refused(arguments: list[str], tmp_path: Path) -> None:
    write(tmp_path / "a.ndjson", [b"{}"])

    replay(*[tmp_path / name if name.endswith("ndjson") else name for name in arguments], status=2)


def test_a_folder_with_outputs_is_left_alone(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ndjson", map(line, mission("m1", build.joined("p1"))))
    replay(source, "--out", tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}

    assert "--resume" in replay(source, "--out", tmp_path / "out", status=2)
    replay(source, "--out", tmp_path / "out", "--resume")
    assert "options" in replay(source, "--out", tmp_path / "out", "--resume", "--mode", "permissive", status=2)
    source.write_bytes(source.read_bytes() * 2)
    assert "inputs" in replay(source, "--out", tmp_path / "out", "--resume", status=2)

    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.2, 1.6])
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    folder: Path, whole: Outputs, tmp_path: Path, seconds: float
) -> None:
    out = tmp_path / "out"
    started = subprocess.Popen(command(folder, "--out", out, "--threads", "2", "--quiet"), cwd=ROOT, process_group=0)
    try:
        started.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(started.pid, 9)
        started.wait()

    replay(folder, "--out", out, "--threads", "2", "--resume")

    again = outputs(out)
    assert again.states == whole.states
    assert again.rejected == whole.rejected
    assert without_times(again.census) == without_times(whole.census)
    assert sorted(path.name for path in out.iterdir()) == [".replay", "census.json", "rejected.ndjson", "states.ndjson"]
    assert [path.name for path in (out / ".replay").iterdir()] == ["plan.json"]


def test_processes_end_when_the_run_is_killed(folder: Path, tmp_path: Path) -> None:
    slow = write(tmp_path / "in.ndjson", ALL * 20)
    started = subprocess.Popen(command(slow, "--out", tmp_path / "out", "--quiet"), cwd=ROOT)
    children: list[str] = []
    listed = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    while len(children) < 2 and started.poll() is None:
        children = listed.read_text().split()
    os.kill(started.pid, 9)
    started.wait()

    for child in children:
        with suppress(ProcessLookupError):
            ended = os.pidfd_open(int(child))
            assert select.select([ended], [], [], 20)[0]
            os.close(ended)
