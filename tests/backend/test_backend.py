"""What a client of the example backend sees, over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.backend import story
from tests.backend.cluster import Cluster
from tests.backend.programs import Program, started_backend, started_service
from tests.support import builders as build

pytestmark = pytest.mark.backend
WINDOW = 6
Json = dict[str, Any]


@pytest.fixture(scope="module")
def running(postgres: Cluster) -> Iterator[tuple[Program, Program]]:
    """Start a service with a small window, and a backend."""
    with started_service(WINDOW) as (address, service), started_backend(postgres.database(), address) as backend:
        yield service, backend


@pytest.fixture
def http(running: tuple[Program, Program]) -> Iterator[httpx.Client]:
    _, backend = running
    with httpx.Client(base_url=backend.address, trust_env=False, verify=False, timeout=60) as client:
        yield client


def told(http: httpx.Client, batch: list[Any]) -> list[tuple[str, str | None]]:
    answer = http.post("/events", json={"events": batch})
    assert answer.status_code == 200, answer.text
    return [(each["verdict"], each.get("code")) for each in answer.json()["results"]]


def of(mission_id: str, *listed: tuple[int, tuple[str, Json]]) -> list[Json]:
    """Build events of a mission whose ids no other test uses."""
    return [
        build.event(
            kind, {**payload, "mission_id": mission_id}, lamport_clock=clock, event_id=fresh_id(mission_id, clock)
        )
        for clock, (kind, payload) in listed
    ]


def fresh_id(mission_id: str, clock: int) -> str:
    return build.uuid_text(sum(map(ord, mission_id)) * 10_000 + clock)


def test_the_story_ends_as_told(http: httpx.Client) -> None:
    first, meeting, other, late_join, late_leave = (told(http, batch) for batch in story.BATCHES)
    accepted = ("accepted", None)
    assert first == [accepted, accepted, accepted, ("pending", "unknown-participant")]
    assert meeting == [
        *(accepted, accepted, accepted),
        ("rejected", "invalid-request"),
        ("rejected", "malformed-payload"),
        ("ignored", None),
        ("rejected", "conflicting-duplicate"),
    ]
    assert other == [accepted, accepted, ("rejected", "clock-jump")]
    assert set(late_join) == {accepted}
    assert late_leave[:2] == [accepted, ("rejected", "departed-participant")]


def test_an_event_that_comes_again_is_told_as_what_it_stands(http: httpx.Client) -> None:
    stranger, join = of("again", (2, build.comment("p1"))), of("again", (1, build.joined("p1")))
    assert told(http, stranger) == [("pending", "unknown-participant")]
    [again] = http.post("/events", json=stranger).json()["results"]
    assert (again["verdict"], again["stands"]) == ("duplicate", "pending")
    told(http, join)
    [again] = http.post("/events", json=stranger).json()["results"]
    assert (again["verdict"], again["stands"], again.get("code")) == ("duplicate", "accepted", None)


def test_another_spelling_of_the_same_content_is_a_duplicate(http: httpx.Client) -> None:
    [join] = of("spelling", (1, build.joined("p1")))
    told(http, [join])
    spelled = {
        **join,
        "event_id": join["event_id"].upper(),
        "timestamp": "2026-01-02 04:04:05+01:00",
        "build_id": "b-2",
    }
    assert told(http, [spelled]) == [("duplicate", None)]
    assert told(http, [{**join, "node_id": "node-2"}]) == [("rejected", "conflicting-duplicate")]


def test_an_event_before_the_horizon_finds_its_place_and_changes_the_verdicts_of_others(http: httpx.Client) -> None:
    told(http, of("late", (1, build.joined("p1")), (5, build.drive("p2"))))
    told(http, of("late", *((clock, build.heartbeat("p1")) for clock in range(10, 30))))
    assert told(http, of("late", (2, build.joined("p2")))) == [("accepted", None)]
    state = http.get("/missions/late/state").json()
    assert (state["active_drivers"], state["event_count"]) == (["p2"], 23)


@pytest.fixture
def ten_a_page(postgres: Cluster) -> Iterator[httpx.Client]:
    """Start a service that takes so few events at once that rebuilds have several pages of ten, and a backend."""
    with (
        started_service(WINDOW, COLLAB_MAX_EVENTS="20") as (service, _),
        started_backend(postgres.database(), service) as backend,
        httpx.Client(base_url=backend.address, trust_env=False, timeout=60) as http,
    ):
        yield http


def test_an_event_that_has_no_room_in_a_rebuild_is_taken_in_with_the_next_batch(ten_a_page: httpx.Client) -> None:
    http = ten_a_page
    told(http, of("crowd", (1, build.joined("p1")), *((clock, build.heartbeat("p1")) for clock in range(3, 8))))
    told(http, of("crowd", *((clock, build.drive("stranger")) for clock in (8, 9, 10))))
    told(http, of("crowd", *((clock, build.heartbeat("p1")) for clock in range(11, 17))))
    pending = told(http, of("crowd", *((clock, build.drive("p2")) for clock in (18, 19, 20))))
    assert pending == [("pending", "unknown-participant")] * 3
    # The late event makes the backend send 1 to 10 first. Three of them are pending, half of the window: 18 to 20 have
    # no room there.
    assert told(http, of("crowd", (2, build.heartbeat("p1")))) == [("accepted", None)]
    assert told(http, of("crowd", (17, build.joined("p2")))) == [("accepted", None)]
    state = http.get("/missions/crowd/state").json()
    assert (state["active_drivers"], state["event_count"]) == (["p2"], 17)


def test_a_clock_that_ran_ahead_is_taken_in_when_the_others_have_caught_up(http: httpx.Client) -> None:
    told(http, of("fast", (1, build.joined("p1"))))
    assert told(http, of("fast", (1_500_000, build.drive("p1")))) == [("rejected", "clock-jump")]
    told(http, of("fast", (900_000, build.heartbeat("p1"))))
    assert http.get("/missions/fast/state").json()["active_drivers"] == ["p1"]


@pytest.mark.parametrize(
    ("poison", "code"),
    [
        ({"event_type": "CommentPosted", "payload": {"mission_id": "poison", "content": "\ud800"}}, "malformed-json"),
        ({"event_type": "CommentPosted", "payload": json.loads("[" * 90 + "]" * 90)}, "too-deep"),
        ({"event_type": "CommentPosted", "payload": {"content": "x" * 2_000_000}}, "event-too-large"),
    ],
)
def test_an_event_that_spoils_a_request_is_a_dead_letter_alone(http: httpx.Client, poison: Json, code: str) -> None:
    heartbeats = of(code, (1, build.joined("p1")), *((clock, build.heartbeat("p1")) for clock in range(2, 6)))
    body = json.dumps([*heartbeats[:3], poison, *heartbeats[3:]])
    results = http.post("/events", content=body).json()["results"]
    assert [each.get("code") for each in results] == [None, None, None, code, None, None]
    assert code in [letter["code"] for letter in http.get("/dead-letters").json()]


def test_no_list_of_events_is_refused_with_a_sentence(http: httpx.Client) -> None:
    for body in (b"nonsense", b"7", b'{"event": []}', b"[1e400]", b"[NaN]", b"[" * 100_000, b"\xff"):
        answer = http.post("/events", content=body)
        assert answer.status_code == 400, body[:20]
        assert "not a list of events" in answer.json()["detail"]


def test_lines_do_as_well(http: httpx.Client) -> None:
    lines = "\n".join(json.dumps(event) for event in of("lines", (1, build.joined("p1")), (2, build.drive("p1"))))
    answer = http.post("/events", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert [each["verdict"] for each in answer.json()["results"]] == ["accepted", "accepted"]
    assert http.get("/missions/lines/events").text.splitlines() == [
        json.dumps(json.loads(line), separators=(",", ":")) for line in lines.splitlines()
    ]


def test_an_unknown_mission_has_no_state(http: httpx.Client) -> None:
    assert http.get("/missions/unknown/state").status_code == 404
    assert http.get("/missions/%00/state").status_code == 422


def test_a_heartbeat_from_the_future_does_not_keep_anybody_present(http: httpx.Client) -> None:
    told(http, of("ahead", (1, build.joined("p1"))))
    heartbeat = of("ahead", (2, build.heartbeat("p1")))
    told(http, [{**heartbeat[0], "timestamp": "2099-01-01T00:00:00Z"}])
    [presence] = http.get("/missions/ahead/presence").json()
    assert (presence["participant_id"], presence["status"]) == ("p1", "ahead")


def test_while_the_service_is_away_clients_are_asked_for_patience(
    http: httpx.Client, running: tuple[Program, Program]
) -> None:
    service, _ = running
    batch = of("away", (1, build.joined("p1")))
    service.kill()
    answer = http.post("/events", json=batch)
    service.start()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert told(http, batch) == [("accepted", None)]


def test_a_checkpoint_that_cannot_be_read_costs_a_rebuild_and_nothing_else(
    http: httpx.Client, postgres: Cluster
) -> None:
    told(http, of("unread", (1, build.joined("p1")), (2, build.drive("p1"))))
    postgres.change("UPDATE missions SET checkpoint = 'of another release' WHERE mission_id = 'unread'")
    assert told(http, of("unread", (3, build.comment("p1")))) == [("accepted", None)]
    assert http.get("/missions/unread/state").json()["event_count"] == 3
