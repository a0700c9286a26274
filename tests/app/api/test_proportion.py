"""No answer is out of proportion to what was sent: what one event can make the service repeat is bounded."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.settings import Settings
from mission_collaboration import Event, reduce_collaboration_events
from tests.support import builders as build
from tests.support.client import Client, Json, places, problem

AS_LINES = {"Content_Type": "application/x-ndjson"}
BOTH = ("strict", "permissive")
PEOPLE = [f"p{number}" for number in range(12)]

Make = Callable[..., Client]


@pytest.fixture
def bounded(make_client: Make) -> Client:
    """Talk to a service that takes warnings of ten people, and twenty strangers in all."""
    return make_client(max_warning_participants=10, max_warning_strangers=20)


def told(*events: tuple[str, Json]) -> list[Json]:
    return build.history(*events)


def warning(count: int, *, of: str = "w") -> tuple[str, Json]:
    return build.driver_warning(of, *PEOPLE[:count])


def ways(client: Client, events: list[Json], mode: str) -> list[Any]:
    """Send events in each way that `/reduce` takes them."""
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    unusual = [event | {"zz_future": 1} for event in events]
    return [
        client.post("/reduce", {"events": events, "mode": mode}),
        client.post("/reduce", {"events": unusual, "mode": mode}),
        client.send(f"/reduce?mode={mode}", lines, **AS_LINES),
        client.send(f"/reduce?mode={mode}&ordered=true", lines, **AS_LINES),
    ]


@pytest.mark.parametrize("mode", BOTH)
def test_a_warning_that_names_too_many_is_refused_with_its_place(bounded: Client, mode: str) -> None:
    events = told(*map(build.joined, PEOPLE), warning(2), warning(11))
    for answer in ways(bounded, events, mode):
        found = problem(answer, 413, "event-too-large")
        assert (found["event_id"], found["event_type"]) == (events[-1]["event_id"], "ConcurrentDriverWarning")
        [(pointer, code)] = places(found)
        assert pointer in ("/events/13/payload/participant_ids", "/payload/participant_ids")
        assert code == "event-too-large"
        assert "names 11 participants; 10 are allowed" in found["detail"]
        assert found["detail"].endswith("GET /limits lists every limit.")


@pytest.mark.parametrize("mode", BOTH)
def test_as_many_as_allowed_are_taken(bounded: Client, mode: str) -> None:
    events = told(*map(build.joined, PEOPLE), warning(10))
    assert {answer.status_code for answer in ways(bounded, events, mode)} == {200}


def test_the_strangers_of_all_warnings_are_counted_together(bounded: Client) -> None:
    taken = told(warning(10, of="a"), warning(10, of="b"))
    for answer in ways(bounded, taken, "permissive"):
        assert len(answer.json()["anomalies"]) == 20
    for answer in ways(bounded, told(warning(10, of="a"), warning(10, of="b"), warning(2, of="c")), "permissive"):
        found = problem(answer, 413, "event-too-large")
        assert found["event_id"] == build.ulid(3)
        assert "more than 20 people who are not on the roster" in found["detail"]


def test_people_on_the_roster_are_no_strangers(bounded: Client) -> None:
    events = told(*map(build.joined, PEOPLE), *(warning(10, of=f"w{number}") for number in range(9)))
    assert {answer.status_code for answer in ways(bounded, events, "permissive")} == {200}


def test_the_reducer_itself_sets_no_bound() -> None:
    people = [f"p{number}" for number in range(Settings().max_warning_participants + 1)]
    [event] = told(build.driver_warning("w", *people))
    state = reduce_collaboration_events([Event.model_validate(event)], mode="permissive")
    assert len(state.anomalies) == len(people)


def test_no_verdict_on_a_warning_depends_on_this_service_s_limits(bounded: Client) -> None:
    assert bounded.post("/validate/batch", {"events": told(warning(12))}).json()["valid"]


def test_one_long_name_of_a_mission_is_not_repeated_for_every_event_of_another(client: Client) -> None:
    long = "m" * 100_000
    events = told(build.joined("a", mission_id=long), *[build.joined("a", mission_id="m2")] * 200)
    for answer in ways(client, events, "permissive"):
        assert len(answer.json()["anomalies"]) == 200
        assert len(answer.content) < len(json.dumps(events)) * 2


def long_names() -> dict[str, list[tuple[str, Json]]]:
    """List events that each bring a name of 100,000 characters, in every place that the state repeats."""
    long = "x" * 100_000
    here = build.joined(long)
    target = {"target_type": "file", "target_id": long}
    return {
        "participant": [here, build.heartbeat(long), build.drive(long), build.focus(long, "t")],
        "stranger": [build.heartbeat(long), build.drive(long), build.left(long), build.comment(long)],
        "target": [build.joined("a"), ("FocusChanged", build.by("a") | {"focus_target": target})],
        "warning": [build.joined("a"), build.acknowledged("a", long, "hold"), build.driver_warning(long, "a", "b")],
        "named": [build.joined("a"), build.driver_warning("w", long, long + "2")],
        "step": [build.joined("a"), build.started("a", long), build.completed("a", long + "2")],
    }


@pytest.mark.parametrize("events", long_names().values(), ids=long_names())
def test_a_long_name_comes_back_a_few_times_at_most(client: Client, events: list[tuple[str, Json]]) -> None:
    sent = told(*events)
    for answer in ways(client, sent, "permissive"):
        assert answer.status_code == 200, answer.text[:300]
        assert len(answer.content) < 3 * len(json.dumps(sent))
