"""`POST /explain`: every event is told, none is refused, and requests that cannot be answered say why."""

import json
from typing import Any

import pytest

from app.api.examples.morning import MORNING
from app.api.schemas import ExplainAnswer, ExplainedEvent, StateChange
from mission_collaboration.contract.state import Change
from mission_collaboration.explanation.timeline import TimelineEntry
from tests.support import builders as build
from tests.support.client import Client, Json, places, problem

EVENTS = build.history(build.joined("p1"), build.drive("p1"), build.drive("p9"))
NDJSON = {"Content_Type": "application/x-ndjson"}


def refused_at(client: Client, request: Json) -> str:
    """Send a request that is refused, and tell where it is wrong."""
    ((place, _),) = places(problem(client.post("/explain", request), 422, "invalid-request"))
    return place


def explained(client: Client, events: list[Any], **members: Any) -> Json:
    answer = client.post("/explain", {"events": events, **members})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def as_lines(events: list[Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def test_why_ada_is_no_active_driver_is_told_by_gone(client: Client) -> None:
    told = explained(client, MORNING, until={"timestamp": "2026-01-19T10:32:00Z"})
    assert told["state"]["active_drivers"] == ["p-ben", "p-dana"]
    (left,) = [entry for entry in told["timeline"] if entry["event_id"] == told["gone"]["/active_drivers/p-ada"]]
    assert (left["event_type"], left["timestamp"]) == ("ParticipantLeft", "2026-01-19T10:29:03Z")
    assert left["index"] == len(MORNING) - 1  # it arrived last of all


ANOMALY = {"event_id": build.ulid(3), "event_type": "DriveIntentSet", "reason": "Unknown participant 'p9'"}
NOWHERE: Json = {
    "position": None,
    "event_id": None,
    "lamport_clock": None,
    "timestamp": None,
    "participant_ids": [],
}
TIMELINE: list[Json] = [
    {
        "index": 0,
        "position": 0,
        "event_id": build.ulid(1),
        "event_type": "ParticipantJoined",
        "lamport_clock": 1,
        "participant_ids": ["p1"],
        "effect": "changed",
        "timestamp": "2026-01-02T03:04:05Z",
        "changes": [
            {"op": "replace", "path": "/mission_id", "value": "m1"},
            {"op": "add", "path": "/participants/p1", "value": build.whole_identity("p1")},
        ],
    },
    {
        "index": 1,
        "position": 1,
        "event_id": build.ulid(2),
        "event_type": "DriveIntentSet",
        "lamport_clock": 2,
        "participant_ids": ["p1"],
        "effect": "changed",
        "timestamp": "2026-01-02T03:04:05Z",
        "changes": [{"op": "add", "path": "/active_drivers/0", "value": "p1"}],
    },
    {
        "index": 2,
        "position": 2,
        "event_id": build.ulid(3),
        "event_type": "DriveIntentSet",
        "lamport_clock": 3,
        "participant_ids": ["p9"],
        "effect": "anomaly",
        "timestamp": "2026-01-02T03:04:05Z",
        "code": "unknown-participant",
        "reason": "Unknown participant 'p9'",
        "changes": [{"op": "add", "path": "/anomalies/0", "value": ANOMALY}],
    },
    {"index": 3, "event_type": "MissionCreated", "effect": "ignored", "changes": [], **NOWHERE},
    {
        "index": 4,
        "event_type": None,
        "effect": "malformed",
        "changes": [],
        **NOWHERE,
        "code": "invalid-request",
        "reason": "Input should be an object",
        "pointer": "/events/4",
    },
]


def test_a_whole_answer_is_what_the_contract_says(client: Client) -> None:
    told = explained(client, [*EVENTS, {"event_type": "MissionCreated"}, 7], mode="permissive")
    assert told["timeline"] == TIMELINE
    assert told["blame"] == {
        "/participants/p1": build.ulid(1),
        "/active_drivers/p1": build.ulid(2),
        "/anomalies/0": build.ulid(3),
    }
    assert (told["mission_id"], told["mode"], told["gone"]) == ("m1", "permissive", {})
    assert client.post("/reduce", {"events": EVENTS, "mode": "permissive"}).json() == told["state"]


@pytest.mark.parametrize("mode", ["permissive", "strict", "admit"])
def test_lines_are_told_like_json(client: Client, mode: str) -> None:
    events = [*MORNING, {"event_type": "DriveIntentSet"}]
    answer = client.send(f"/explain?mode={mode}", as_lines(events), **NDJSON).json()
    told = explained(client, events, mode=mode)
    assert told["timeline"][-1].pop("pointer") == "/events/41/event_id"
    assert (answer["timeline"][-1].pop("pointer"), answer["timeline"][-1].pop("line")) == ("/event_id", 42)
    assert answer == told


def test_lines_can_name_their_mission(client: Client) -> None:
    told = client.send("/explain?mission_id=m2", as_lines(EVENTS), **NDJSON).json()
    assert told["mission_id"] == told["state"]["mission_id"] == "m2"
    assert {(entry["effect"], entry["code"]) for entry in told["timeline"]} == {("other-mission", "mission-mismatch")}


@pytest.mark.parametrize(
    ("until", "pointer"),
    [
        ({}, "/until"),
        ({"position": None}, "/until"),
        ({"position": 0, "event_id": build.ulid(1)}, "/until"),
        ({"position": 0, "lamport_clock": 1}, "/until/lamport_clock"),
        ({"position": -1}, "/until/position"),
        ({"position": 3}, "/until/position"),
        ({"position": True}, "/until/position"),
        ({"event_id": "p1"}, "/until/event_id"),
        ({"event_id": build.ulid(9)}, "/until/event_id"),
        ({"timestamp": "yesterday"}, "/until/timestamp"),
        ("01", "/until"),
    ],
)
def test_a_point_that_is_none_is_refused_where_it_stands(client: Client, until: Any, pointer: str) -> None:
    assert refused_at(client, {"events": EVENTS, "until": until}) == pointer


def test_an_event_without_a_position_is_no_point(client: Client) -> None:
    other = {"event_type": "MissionCreated", "event_id": build.ulid(8)}
    request = {"events": [other], "until": {"event_id": build.ulid(8)}}
    assert refused_at(client, request) == "/until/event_id"


@pytest.mark.parametrize("until", [{"position": 1}, {"event_id": build.ulid(2).lower()}])
def test_a_point_takes_the_state_and_leaves_the_timeline_whole(client: Client, until: Json) -> None:
    told, whole = explained(client, EVENTS, until=until), explained(client, EVENTS)
    assert (told["state"]["event_count"], told["state"]["active_drivers"]) == (2, ["p1"])
    assert "/anomalies/0" not in told["blame"]
    assert told["timeline"] == whole["timeline"]


def test_members_may_be_null(client: Client) -> None:
    nulls = dict.fromkeys(("mode", "roster", "mission_id", "until"))
    assert explained(client, EVENTS, **nulls) == explained(client, EVENTS)


@pytest.mark.parametrize("member", ["rooster", "ordered"])
def test_unknown_members_are_refused(client: Client, member: str) -> None:
    assert refused_at(client, {"events": [], member: None}) == f"/{member}"


def test_a_mode_or_parameter_that_is_not_known_is_refused(client: Client) -> None:
    assert refused_at(client, {"events": [], "mode": "loose"}) == "/mode"
    for query in ("mode=loose", "mission_id=", "until=3"):
        refused = problem(client.send(f"/explain?{query}", b"", **NDJSON), 422, "invalid-request")
        assert [error["parameter"] for error in refused["errors"]] == [query.partition("=")[0]]


def test_what_is_wrong_with_envelopes_is_said_of_the_first_thousand(client: Client) -> None:
    timeline = explained(client, [7] * 1_001)["timeline"]
    assert [("reason" in entry, "pointer" in entry) for entry in timeline] == [(True, True)] * 1_000 + [(False, False)]


def test_the_published_models_are_what_is_written() -> None:
    assert list(ExplainedEvent.model_fields) == list(TimelineEntry.__struct_fields__)
    assert list(StateChange.model_fields) == list(Change.__struct_fields__)


def test_answers_are_of_the_published_model(client: Client) -> None:
    answer = client.post("/explain", {"events": [*MORNING, 7], "mode": "admit"})
    ExplainAnswer.model_validate_json(answer.content)
