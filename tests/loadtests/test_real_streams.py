"""The benchmark's real streams hold what producers send, and the service answers what each of them says of itself."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from loadtests.bench.one_by_one import LARGE
from loadtests.bench.plan import FULL, SHORT
from loadtests.bench.real import OTHER_TYPES, STREAMS, ordered_lines_of
from loadtests.bench.streams import Json, batch, validation
from loadtests.inputs import BROKEN_EACH, doubtful_body, live, replay
from tests.support.client import Client

SIZES = (100, 2_000)
EVERY_STREAM = pytest.mark.parametrize("name", STREAMS)
EVERY_SIZE = pytest.mark.parametrize("count", SIZES)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    made = Client(pool_size=0)
    yield made
    made.close()


@EVERY_STREAM
@EVERY_SIZE
def test_the_state_counts_what_the_stream_says(client: Client, name: str, count: int) -> None:
    stream = STREAMS[name](count)
    answer = client.send("/reduce", batch(stream.events, stream.mode))
    assert len(stream.events) == count
    assert answer.status_code == 200
    assert answer.json()["event_count"] == stream.unique


@EVERY_STREAM
def test_in_order_line_by_line_the_state_is_the_same(client: Client, name: str) -> None:
    stream = STREAMS[name](2_000)
    whole = client.send("/reduce", batch(stream.events, stream.mode))
    path = f"/reduce?ordered=true&mode={stream.mode}"
    lines = client.send(path, ordered_lines_of(stream), Content_Type="application/x-ndjson")
    assert (lines.status_code, lines.content) == (200, whole.content)


@EVERY_STREAM
@EVERY_SIZE
def test_as_many_events_are_invalid_as_the_stream_says(client: Client, name: str, count: int) -> None:
    stream = STREAMS[name](count)
    verdicts = client.send("/validate/batch", validation(stream.events)).json()
    assert (verdicts["total"], verdicts["invalid"]) == (count, stream.invalid)


@EVERY_SIZE
def test_the_mix_names_its_participants_in_other_systems_too(client: Client, count: int) -> None:
    stream = STREAMS["the mix of all"](count)
    state = client.send("/reduce", batch(stream.events, stream.mode)).json()
    known = [identity["external_refs"] for identity in state["participants"].values()]
    assert known
    assert all(refs["teamspace_member_id"].startswith("member-") for refs in known)
    assert {refs["slack_user_id"] is None for refs in known} == {True, False}


@EVERY_STREAM
def test_every_stream_but_the_tidy_one_is_written_as_today(name: str) -> None:
    assert {written_today(said) for said in STREAMS[name](2_000).events} == {name != "tidy"}


def written_today(said: Json) -> bool:
    """Look for `build_id`, microseconds, and an offset."""
    return "build_id" in said and re.fullmatch(r".{19}\.\d{6}\+00:00", said["timestamp"]) is not None


def test_each_stream_has_what_its_name_says() -> None:
    made = {name: make(2_000) for name, make in STREAMS.items()}
    in_order = made["build_id"].events
    assert sum(said["event_type"] in OTHER_TYPES for said in made["other types"].events) == 700
    assert len(made["1 % duplicates"].events) - made["1 % duplicates"].unique == 20
    assert len(made["20 % duplicates"].events) - made["20 % duplicates"].unique == 400
    assert sum("participant_id" not in said["payload"] for said in heartbeats(made["one malformed"].events)) == 1
    assert not any("lamport_clock" in said for said in made["unclocked"].events)
    assert {len(said["event_id"]) for said in made["UUIDs"].events} == {36}
    missions = Counter(said["payload"]["mission_id"] for said in made["several missions"].events)
    assert missions == {"survey-7": 1_900, "survey-8": 100}
    shuffled = made["shuffled"].events
    assert shuffled != in_order
    assert sorted(shuffled, key=lambda said: int(said["lamport_clock"])) == in_order


def test_the_mix_of_all_has_all() -> None:
    events = STREAMS["the mix of all"](2_000).events
    others = [said for said in events if said["event_type"] in OTHER_TYPES]
    own = [said for said in events if said["event_type"] not in OTHER_TYPES]
    assert (len(others), sum(said["project_uuid"] is None for said in others)) == (720, 20)
    assert {len(said["event_id"]) for said in own} == {26, 36}
    assert {said["payload"]["mission_id"] for said in own} == {"survey-7", "survey-8"}
    assert sum("lamport_clock" not in said for said in own) > 1
    assert sum("participant_id" not in said["payload"] for said in heartbeats(own)) == 1
    assert len(own) - len({said["event_id"] for said in own}) > 20
    clocks = [said["lamport_clock"] for said in own if "lamport_clock" in said]
    assert clocks != sorted(clocks)


def heartbeats(events: list[Json]) -> list[Json]:
    """Take the heartbeats, each of which says who is there."""
    return [said for said in events if said["event_type"] == "PresenceHeartbeat"]


@EVERY_STREAM
def test_every_stream_is_the_same_again(name: str) -> None:
    assert STREAMS[name](300) == STREAMS[name](300)


def test_every_stream_has_its_marks_and_a_short_run_takes_some_of_them() -> None:
    assert set(LARGE) == set(STREAMS) == set(FULL.streams)
    assert SHORT.streams[0] == FULL.streams[0] == "tidy"
    assert set(SHORT.streams) < set(FULL.streams)


@pytest.mark.parametrize("count", [1, 3, 10, 100, 1_000])
def test_what_the_load_scenarios_send_is_answered_as_they_expect(client: Client, count: int) -> None:
    sent = live(count)
    assert client.send("/reduce", sent.body).json()["event_count"] == sent.unique


def test_a_replay_has_everything_twice_and_is_answered_as_expected(client: Client) -> None:
    window = replay(1_000)
    state = client.send("/reduce", window.body).json()
    assert len(json.loads(window.body)["events"]) == 1_000
    assert state["event_count"] == window.unique < 500
    assert state["anomalies"] != []


def test_one_event_in_ten_is_broken_where_verdicts_are_asked_for(client: Client) -> None:
    verdicts = client.send("/validate/batch", doubtful_body(500)).json()
    assert (verdicts["total"], verdicts["invalid"]) == (500, 500 // BROKEN_EACH)
