"""A mission's lines in, its state and its rejected lines out: held against the reducer itself."""

import base64
import hashlib
import json
from collections import Counter
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given

from mission_collaboration import Event, reduce_collaboration_events
from mission_collaboration.admission.admit import admit
from mission_collaboration.decoding.events import read_batch
from mission_collaboration.reducer.ordering import in_order
from mission_collaboration.replay.census import FATES, Census
from mission_collaboration.replay.files import Part
from mission_collaboration.replay.missions import fold_rows
from mission_collaboration.replay.options import ReplayMode
from mission_collaboration.replay.rows import ROWS, rows_of
from tests.support import builders as build
from tests.support.histories import histories
from tests.support.pools import MISSIONS
from tests.support.replaying import line, mission, write

Json = dict[str, Any]
HOLD_NO_ID = ("malformed-payload", "conflicting-duplicate")


def place(row: Json) -> list[tuple[bool, Any]]:
    """Give the place of a row: by mission, then in canonical order; what is not there comes first."""
    names = ("mission", "clock", "time", "event_id", "path", "line")
    return [(row[name] is not None, row[name] or 0) for name in names]


def folded(events: list[Json], mode: ReplayMode, at_once: int = 3) -> tuple[dict[str, Json], list[Json], Json]:
    """Fold some lines as an engine does: the states, the entries of rejected lines, the census."""
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.ndjson", map(line, events))
        rows = [row for batch in rows_of(Part(str(path))) for row in batch.to_pylist()]
    table = pa.Table.from_pylist(sorted(rows, key=place), schema=ROWS)
    census, states, rejected = Census(), {}, []
    for batch in fold_rows(table.to_batches(max_chunksize=at_once), mode):
        for row in batch.to_pylist():
            if row["mission"] is not None:
                states[row["mission"]] = row
            elif row["line"] is not None:
                rejected.append({**json.loads(row["text"]), "file": "a.ndjson"})
            else:
                census.add(row["text"])
    return states, sorted(rejected, key=itemgetter("line")), census.report()


def of_mission(events: list[Json], mission_id: str) -> list[Event]:
    return [
        Event.model_validate(event)
        for event in events
        if isinstance(event["payload"], dict) and event["payload"].get("mission_id") == mission_id
    ]


@given(histories())
def test_permissive_states_are_those_of_the_reducer(events: list[Json]) -> None:
    states, _, census = folded(events, "permissive")

    for mission_id, row in states.items():
        unpinned = reduce_collaboration_events(of_mission(events, mission_id), mode="permissive")
        state = unpinned.model_copy(update={"mission_id": mission_id})
        assert row["text"] == state.model_dump_json().encode()
        assert row["event_count"] == state.event_count
    assert census["accepted"] == sum(row["event_count"] for row in states.values())
    assert census["read"] == sum(census[fate] for fate in FATES) == len(events)


@given(histories())
def test_admitted_states_are_those_of_the_accepted_events(events: list[Json]) -> None:
    states, rejected, census = folded(events, "admit")

    out = {entry["line"] for entry in rejected}
    kept = [event for number, event in enumerate(events, 1) if number not in out]
    refused = {(entry.get("mission_id"), entry["event_id"]) for entry in rejected if entry["code"] not in HOLD_NO_ID}
    for mission_id, row in states.items():
        accepted = [event for event in of_mission(kept, mission_id) if (mission_id, event.event_id) not in refused]
        state = reduce_collaboration_events(accepted, mode="strict")
        assert row["text"] == state.model_dump_json().encode()
    assert census["accepted"] == sum(row["event_count"] for row in states.values())
    assert census["read"] == sum(census[fate] for fate in FATES) == len(events)


@given(histories())
def test_verdicts_are_those_that_admit_gives_a_mission_in_one_batch(events: list[Json]) -> None:
    states, rejected, census = folded(events, "admit")

    refused: Counter[tuple[Any, ...]] = Counter()
    others: Counter[str] = Counter()
    for mission_id in MISSIONS:
        ours = [
            event
            for event in events
            if isinstance(event["payload"], dict) and event["payload"].get("mission_id") == mission_id
        ]
        batch = read_batch(ours)
        ordered = [ours[batch.index_of(event)] for event in in_order(batch.events)]
        admitted = admit(ordered, mission_id=mission_id, max_clock_step=None)
        refused.update((mission_id, each.event_id, each.code) for each in admitted.results if each.code)
        others.update(each.verdict for each in admitted.results if not each.code)
        if mission_id in states:
            assert admitted.state is not None
            assert states[mission_id]["text"] == admitted.state.model_dump_json().encode()
    entries = [(entry.get("mission_id"), entry["event_id"], entry["code"]) for entry in rejected]
    assert Counter(entry for entry in entries if entry[0] is not None) == refused
    assert (census["accepted"], census["duplicate"]) == (others["accepted"], others["duplicate"])


@given(histories())
def test_how_rows_are_cut_into_batches_changes_nothing(events: list[Json]) -> None:
    assert folded(events, "admit", 1) == folded(events, "admit", 1000)
    assert folded(events, "permissive", 1) == folded(events, "permissive", 2)


def test_a_state_has_the_digest_of_its_bytes() -> None:
    [row] = folded(mission("m1", build.joined("p1")), "admit")[0].values()

    digest = base64.b64encode(hashlib.sha256(row["text"]).digest()).decode()
    assert (row["event_count"], row["digest"]) == (1, f"sha-256=:{digest}:")


def test_what_is_pending_in_the_end_is_rejected_once_and_its_copies_are_duplicates() -> None:
    events = mission("m1", build.joined("p1"), build.heartbeat("p9"))

    _, rejected, census = folded([*events, events[1], events[1]], "admit")

    assert [(entry["line"], entry["code"]) for entry in rejected] == [(2, "unknown-participant")]
    assert (census["accepted"], census["duplicate"], census["rejected"]) == (1, 2, 1)


def test_every_copy_of_a_malformed_event_is_rejected_and_holds_no_id() -> None:
    sound, malformed = mission("m1", build.joined("p1"), ("ParticipantJoined", {}))
    later = {**sound, "event_id": malformed["event_id"], "lamport_clock": 3}

    _, rejected, census = folded([sound, malformed, malformed, later], "admit")

    assert [(entry["line"], entry["code"]) for entry in rejected] == [
        (2, "malformed-payload"),
        (3, "malformed-payload"),
    ]
    assert census["accepted"] == 2


@pytest.mark.parametrize(("mode", "fates"), [("admit", (1, 0, 0, 2)), ("permissive", (1, 2, 0, 0))])
def test_an_id_with_other_content_conflicts_or_is_a_duplicate(mode: ReplayMode, fates: tuple[int, ...]) -> None:
    [event] = mission("m1", build.joined("p1"))
    others = [{**event, "lamport_clock": 2}, {**event, "lamport_clock": 3}]

    states, rejected, census = folded([event, *others], mode)

    assert tuple(census[fate] for fate in FATES) == fates
    assert [entry["code"] for entry in rejected] == ["conflicting-duplicate"] * fates[3]
    assert len(json.loads(states["m1"]["text"])["anomalies"]) == (mode == "permissive")


def test_an_id_used_again_at_the_end_of_the_next_batch_does_not_overtake_what_lies_between() -> None:
    held, between, reused = mission("m1", *map(build.joined, ("p1", "p2", "p3")))
    reused["event_id"] = held["event_id"]

    for at_once in (1, 2, 3):  # rows of no mission come first, so the cut that hurts is not known from here
        states, _, _ = folded([held, between, reused], "permissive", at_once)
        assert json.loads(states["m1"]["text"])["last_processed_event_id"] == between["event_id"]


def test_a_checkouts_build_is_no_part_of_the_content() -> None:
    [event] = mission("m1", build.joined("p1"))

    _, rejected, census = folded([event, {**event, "build_id": "another"}], "admit")

    assert (census["accepted"], census["duplicate"], rejected) == (1, 1, [])
